// Appends JSON to a string: commas and escapes are its business, nesting is the caller's. What always holds: the output is
// strict JSON on one line, whatever bytes come in. Numbers are finite (NaN and infinities become null); control characters,
// U+2028 and U+2029 are escaped; a byte that is no UTF-8 becomes U+FFFD. Used by every message and body; no state but the
// string and one flag, so one thread at a time per writer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hazard::wire {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);                            // shortest form that reads back the same
  JsonWriter& fixed(double number, int digits);                // rounded to 0..6 digits, trailing zeros cut
  JsonWriter& scaled_integer(std::int64_t units, int digits);  // units / 10^digits, exactly, trailing zeros cut
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // already valid JSON

  template <typename T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }
  JsonWriter& fixed_field(std::string_view name, double number, int digits) {
    key(name);
    return fixed(number, digits);
  }

 private:
  void comma();
  std::string& out_;
  bool first_ = true;  // no value yet at this nesting: no comma wanted
};

}  // namespace hazard::wire
