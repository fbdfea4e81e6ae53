#include "outgoing/signature.hpp"

#include <gtest/gtest.h>

#include "wire/base64.hpp"

namespace hazard::outgoing {
namespace {

Secret bytes(std::size_t count, std::uint8_t value) { return Secret(count, value); }
Secret text(std::string_view characters) { return Secret(characters.begin(), characters.end()); }
std::string written(const Secret& secret) { return "whsec_" + wire::base64_encode(secret); }

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(Signature, hmac_gives_the_digests_of_rfc_4231) {
  EXPECT_EQ(base::to_hex(hmac_sha256(bytes(20, 0x0B), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(base::to_hex(hmac_sha256(text("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(base::to_hex(hmac_sha256(bytes(20, 0xAA), std::string(50, '\xDD'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(base::to_hex(hmac_sha256(bytes(131, 0xAA), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(base::to_hex(hmac_sha256(bytes(131, 0xAA),
                                     "This is a test using a larger than block-size key and a larger than block-size data. The "
                                     "key needs to be hashed before being used by the HMAC algorithm.")),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

// The example that the libraries of Standard Webhooks test themselves with.
TEST(Signature, equals_the_one_of_standard_webhooks) {
  const auto secret = secret_from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(signature(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, changes_with_each_part_of_what_is_signed) {
  const Secret secret = bytes(32, 1);
  const std::string one = signature(secret, "id", 1, "body");
  EXPECT_NE(one, signature(bytes(32, 2), "id", 1, "body"));
  EXPECT_NE(one, signature(secret, "ie", 1, "body"));
  EXPECT_NE(one, signature(secret, "id", 2, "body"));
  EXPECT_NE(one, signature(secret, "id", 1, "bodY"));
}

TEST(Signature, a_secret_has_24_to_64_bytes) {
  EXPECT_FALSE(secret_from(written(bytes(23, 7))).has_value());
  EXPECT_EQ(secret_from(written(bytes(24, 7))), bytes(24, 7));
  EXPECT_EQ(secret_from(written(bytes(64, 7))), bytes(64, 7));
  EXPECT_FALSE(secret_from(written(bytes(65, 7))).has_value());
}

TEST(Signature, other_texts_are_no_secret) {
  for (const char* wrong : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec-MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                            "whsec_MfKQ9r8GKYqrTwj!PD8ILPZIo2LaLaSw", "hunter2"})
    EXPECT_FALSE(secret_from(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace hazard::outgoing
