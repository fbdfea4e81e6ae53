// The JSON reader against Boost.JSON's own document: whatever we accept it accepts too, and what we write back from our
// reading reads the same a second time.
#include <boost/json.hpp>

#include <cmath>
#include <string>

#include "base/check.hpp"
#include "domain/limits.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace {

std::string written(const hazard::wire::JsonDocument& document) {
  std::string out;
  hazard::wire::JsonWriter json(out);
  document.write(document.root(), json);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = hazard::wire::JsonDocument::parse(text);
  boost::json::error_code ec;
  boost::json::parse({text.data(), text.size()}, ec);
  if (!document) return 0;
  HAZARD_CHECK(!ec);
  const std::string once = written(*document);
  HAZARD_CHECK(once.find_first_of("\r\n") == std::string::npos);
  const auto again = hazard::wire::JsonDocument::parse(once);
  HAZARD_CHECK(again.has_value());
  HAZARD_CHECK(written(*again) == once);
  return 0;
}
