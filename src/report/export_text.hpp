// Texts of strangers made safe for the formats of exports.hpp, and times in ISO 8601. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace hazard::report {

// "2023-11-14T22:13:20.123Z"; years outside 0001..9999 are given as the nearest within.
std::string iso_time(base::WallTime time);

// What XML 1.0 can hold: & < > " ' as entities, characters it forbids and bytes that are no UTF-8 as U+FFFD.
std::string xml_text(std::string_view text);

// One field of RFC 4180: in quotes where needed. A text that a spreadsheet would run as a formula (first character = + - @, tab, carriage
// return) gets an apostrophe in front (OWASP, "CSV Injection"). Zero bytes are left out.
std::string csv_text(std::string_view text);

// A number without a needless fraction: 7 digits after the point for degrees are one centimetre.
std::string decimal(double number, int digits);

}  // namespace hazard::report
