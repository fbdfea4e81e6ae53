#include "outgoing/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hazard::outgoing {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

Settings good() {
  Settings settings;
  settings.urls = {"https://works.example/hooks/in?key=abc"};
  settings.secret = kSecret;
  return settings;
}
Settings with_open311() {
  Settings settings;
  settings.open311_url = "https://311.example/open311/v2/";
  settings.open311_codes = {"pothole=001", "crack=surface crack"};
  return settings;
}
std::string refusal(const Settings& settings) {
  const auto options = read_options(settings);
  return options ? "taken" : options.error().message;
}

TEST(Target, nothing_configured_is_nobody_to_write_to) {
  const auto options = read_options({});
  ASSERT_TRUE(options.has_value());
  EXPECT_THAT(options->targets, IsEmpty());
}

TEST(Target, a_webhook_shows_only_where_it_lies) {
  const auto options = read_options(good());
  ASSERT_TRUE(options.has_value());
  ASSERT_THAT(options->targets, SizeIs(1));
  const Target& target = options->targets[0];
  EXPECT_EQ(target.form, Form::event);
  EXPECT_EQ(target.url, "https://works.example/hooks/in?key=abc");
  EXPECT_EQ(target.shown, "https://works.example");
  EXPECT_THAT(target.key, SizeIs(12));
  EXPECT_EQ(read_options(good())->targets[0].key, target.key);
  Settings other = good();
  other.urls = {"https://works.example/hooks/in?key=abd"};
  EXPECT_NE(read_options(other)->targets[0].key, target.key);
}

TEST(Target, an_open311_server_gets_its_path) {
  const auto options = read_options(with_open311());
  ASSERT_TRUE(options.has_value());
  ASSERT_THAT(options->targets, SizeIs(1));
  EXPECT_EQ(options->targets[0].form, Form::open311);
  EXPECT_EQ(options->targets[0].url, "https://311.example/open311/v2/requests.json");
  EXPECT_EQ(options->service_codes[1], (std::pair<std::string, std::string>("crack", "surface crack")));
}

TEST(Target, nothing_goes_out_unsigned) {
  Settings settings = good();
  settings.secret.clear();
  EXPECT_THAT(refusal(settings), HasSubstr("WEBHOOK_SECRET is missing"));
  settings.secret = "hunter2-hunter2-hunter2";
  EXPECT_THAT(refusal(settings), HasSubstr("WEBHOOK_SECRET"));
  EXPECT_THAT(refusal(settings), Not(HasSubstr("hunter2")));
}

TEST(Target, plain_http_and_private_addresses_need_leave) {
  for (const char* url :
       {"http://works.example/", "https://127.0.0.1/", "https://localhost:8443/in", "https://[::1]/", "https://10.1.2.3"}) {
    Settings settings = good();
    settings.urls = {url};
    EXPECT_THAT(refusal(settings), HasSubstr("WEBHOOK_ALLOW_PRIVATE")) << url;
    settings.allow_private = true;
    EXPECT_EQ(refusal(settings), "taken") << url;
  }
}

TEST(Target, some_addresses_are_refused_whatever_is_allowed) {
  for (const char* url :
       {"https://169.254.169.254/latest", "https://[fe80::1]/", "https://224.0.0.1/", "https://[::ffff:8.8.8.8]/"}) {
    Settings settings = good();
    settings.urls = {url};
    settings.allow_private = true;
    EXPECT_THAT(refusal(settings), HasSubstr("nothing may be sent to")) << url;
  }
}

TEST(Target, what_is_no_url_is_refused_without_repeating_it) {
  for (const char* url :
       {"works.example", "ftp://works.example", "https://", "https:///path", "https://user:pass@works.example/", "https://a b/",
        "https://a.example/#part", "https://a.example:/", "https://a.example:123456/", "https://a.example:x/", "https://[::1",
        "https://[::g]/", "https://[::1]x/", "https://a.example/\r\nX: y", "https://:80/"}) {
    Settings settings = good();
    settings.urls = {url};
    EXPECT_THAT(refusal(settings), HasSubstr("WEBHOOK_URLS")) << url;
    EXPECT_THAT(refusal(settings), Not(HasSubstr("pass"))) << url;
    EXPECT_FALSE(is_target_url(url)) << url;
  }
}

TEST(Target, a_url_has_at_most_2000_bytes) {
  const std::string head = "https://a.example/";
  EXPECT_TRUE(is_target_url(head + std::string(1999 - head.size(), 'x')));
  EXPECT_TRUE(is_target_url(head + std::string(2000 - head.size(), 'x')));
  EXPECT_FALSE(is_target_url(head + std::string(2001 - head.size(), 'x')));
}

TEST(Target, there_are_at_most_16_webhooks_each_once) {
  Settings settings = good();
  settings.urls.clear();
  for (int i = 0; i < 16; ++i) settings.urls.push_back("https://a.example/" + std::to_string(i));
  EXPECT_EQ(refusal(settings), "taken");
  settings.urls.push_back("https://a.example/more");
  EXPECT_THAT(refusal(settings), HasSubstr("16"));
  settings.urls = {"https://a.example/1", "https://a.example/1"};
  EXPECT_THAT(refusal(settings), HasSubstr("twice"));
}

TEST(Target, events_are_chosen_by_name) {
  Settings settings = good();
  settings.events = {"created", "confirmed"};
  EXPECT_THAT(read_options(settings)->event_types, testing::ElementsAre("hazard.created", "hazard.confirmed"));
  settings.events = {"exploded"};
  EXPECT_THAT(refusal(settings), HasSubstr("WEBHOOK_EVENTS"));
  for (const auto type : kEventTypes) EXPECT_TRUE(is_event_type(type));
  EXPECT_FALSE(is_event_type("hazard.created"));
}

TEST(Target, service_codes_are_pairs) {
  EXPECT_TRUE(is_service_code("pothole=001"));
  EXPECT_TRUE(is_service_code(std::string(64, 'c') + "=" + std::string(64, 'v')));
  for (const std::string& wrong :
       {std::string(), std::string("pothole"), std::string("=1"), std::string("pothole="), std::string("a=b=c"),
        std::string("a=\n"), std::string(65, 'c') + "=1", "a=" + std::string(65, 'v')})
    EXPECT_FALSE(is_service_code(wrong)) << wrong;
  Settings settings = with_open311();
  settings.open311_codes.clear();
  EXPECT_THAT(refusal(settings), HasSubstr("OPEN311_SERVICE_CODES is missing"));
  settings.open311_codes = {"pothole"};
  EXPECT_THAT(refusal(settings), HasSubstr("class=code"));
}

TEST(Target, the_urls_around_open311_are_judged_too) {
  Settings settings = with_open311();
  settings.open311_url = "https://311.example/v2?x=1";
  EXPECT_THAT(refusal(settings), HasSubstr("query"));
  settings.open311_url = "http://311.example/v2";
  EXPECT_THAT(refusal(settings), HasSubstr("OPEN311_URL"));
  settings = with_open311();
  settings.public_url = "https://hazards.example//";
  EXPECT_EQ(read_options(settings)->public_url, "https://hazards.example");
  for (const char* wrong : {"hazards.example", "https://hazards.example/?a=b"}) {
    settings.public_url = wrong;
    EXPECT_THAT(refusal(settings), HasSubstr("PUBLIC_URL")) << wrong;
  }
}

}  // namespace
}  // namespace hazard::outgoing
