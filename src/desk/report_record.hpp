// A report as installed clients know it (legacy-clients section 6): the columns of store::ReportRecord and the rest, which travels in
// its `body`. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/frame.hpp"
#include "domain/hazard.hpp"
#include "store/records.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::desk {

struct ReportImage {
  domain::SizePx size;
  std::int64_t bytes = 0;
  int left = 0;  // where it was cut out of the picture that boxes refer to
  int top = 0;
};

struct ReportBody {
  std::optional<domain::PixelBox> box;
  std::string address;
  std::string description;
  std::vector<std::string> tags;
  std::optional<ReportImage> image;
  std::string metadata;       // what the client sent, one JSON object; empty: nothing
  std::string model_version;  // of the model that found it; empty for a person's report
  std::string title;
  std::string apart_from;         // the hazard's state while the report's status is its own; empty: it follows the hazard
  bool severity_assumed = false;  // the severity is the contract's default, nobody's word
};

struct Report {
  store::ReportRecord record;
  ReportBody body;
};

std::string to_body(const ReportBody& body);
Report from_record(store::ReportRecord record);

inline constexpr std::string_view kSeverities[] = {"low", "medium", "high", "critical"};
bool is_severity(std::string_view text) noexcept;
bool is_report_status(std::string_view text) noexcept;

// The word of the original for a class and a score, where no person gave one. It says how sure the model is, nothing about the road:
// `severity_basis` beside it says so. The store counts by the same rule (sqlite_schema.cpp, shown_severity).
std::string_view severity_from_score(std::string_view class_name, float confidence) noexcept;

// What a hazard's state is as a report's status.
std::string_view report_status(domain::ReviewState state) noexcept;

// The report object of the contract.
void write_report(wire::JsonWriter& json, const Report& report);
std::string report_object(const Report& report);

// What a client may say of a report, in any of the bodies of section 6. Errors: invalid_value naming the field.
struct ReportDraft {
  std::optional<int> class_id;
  std::string class_name;
  std::optional<double> confidence;
  std::optional<domain::PixelBox> box;
  std::optional<domain::Location> location;
  std::string address;
  std::optional<std::string> description;
  std::optional<std::string> severity;
  std::string severity_default;  // where nobody gives one; empty: what the score says
  std::optional<std::string> status;
  std::optional<std::vector<std::string>> tags;
  std::string session_id;
  std::string source;
  std::string metadata;
  std::string title;
  std::string image_data;                  // base64 text or data URL
  std::optional<std::int64_t> created_ms;  // when the client made it, milliseconds since the epoch
};
inline constexpr std::size_t kTextBytesMost = 4000;
inline constexpr std::size_t kTagsMost = 32;

// The members of a place as wire::location_of_pairs takes them: its numbers, and a GeoJSON point's [longitude, latitude, ...].
std::vector<std::pair<std::string, std::string>> place_pairs(const wire::JsonDocument& document, const wire::JsonNode& place);

// Reads the fields of `object` over what the draft already has; unknown ones are ignored.
domain::Result<void> read_draft(const wire::JsonDocument& document, const wire::JsonNode& object, ReportDraft& draft);

}  // namespace hazard::desk
