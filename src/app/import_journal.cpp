#include "app/import_journal.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/number_text.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace hazard::app {
namespace fs = std::filesystem;
namespace {

using wire::JsonDocument;
using wire::JsonKind;
using wire::JsonNode;

std::int64_t micros(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
base::WallTime moment(double micros) { return base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(micros))); }

domain::Error broken() { return {domain::ErrorCode::invalid_value, "The journal of the import is damaged."}; }

domain::Error unwritable(const fs::path& path) {
  return {domain::ErrorCode::internal, fmt::format("{} cannot be written: is the disk full?", path.string())};
}

// The journal's and the checkpoint's length say what belongs together.
std::string first_line(const std::string& plan, std::uint64_t pictures, std::uint64_t bytes) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("plan", plan).field("pictures", pictures).field("bytes", bytes).end_object();
  return text + '\n';
}

std::optional<std::string> whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write_whole(const fs::path& path, std::string_view bytes) {
  const fs::path part = path.string() + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) fs::rename(part, path, error);
  return file && !error;
}

void optional_field(wire::JsonWriter& json, std::string_view name, const std::optional<double>& value) {
  if (value) json.field(name, *value);
}

std::optional<double> number_in(const JsonDocument& document, const JsonNode& object, std::string_view name) {
  const JsonNode* node = document.find(object, name);
  return node != nullptr && node->is(JsonKind::number) ? std::optional(node->number) : std::nullopt;
}

void write_location(wire::JsonWriter& json, const report::FrameFacts& facts) {
  json.key("fix").begin_object().field("lat", facts.location->latitude).field("lon", facts.location->longitude);
  optional_field(json, "accuracy", facts.location->accuracy_m);
  optional_field(json, "heading", facts.location->heading_deg);
  optional_field(json, "speed", facts.location->speed_mps);
  json.field("at", micros(facts.arrived)).end_object();
}

void read_location(const JsonDocument& document, const JsonNode& fix, report::FrameFacts& facts) {
  facts.location = domain::Location{.latitude = number_in(document, fix, "lat").value_or(0),
                                    .longitude = number_in(document, fix, "lon").value_or(0),
                                    .accuracy_m = number_in(document, fix, "accuracy"),
                                    .heading_deg = number_in(document, fix, "heading"),
                                    .speed_mps = number_in(document, fix, "speed")};
  facts.arrived = moment(number_in(document, fix, "at").value_or(0));
  facts.location_at = facts.arrived;
}

bool read_found(const JsonDocument& document, const JsonNode& list, report::FrameFacts& facts) {
  for (const JsonNode* each : document.children(list)) {
    const auto values = document.children(*each);
    if (values.size() != 8 || !values[1]->is(JsonKind::string)) return false;
    const auto number = [&](std::size_t index) { return static_cast<float>(values[index]->number); };
    facts.found.push_back({.class_id = static_cast<int>(values[0]->number),
                           .class_name = std::string(values[1]->text),
                           .box = {number(2), number(3), number(4), number(5)},
                           .confidence = number(6),
                           .track_id = static_cast<std::uint64_t>(values[7]->number),
                           .predicted = false});
  }
  return true;
}

}  // namespace

std::string to_line(const JournalLine& line) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().field("n", line.number);
  if (!line.unreadable) {
    const report::FrameFacts& facts = line.facts;
    json.field("frame", facts.frame_id).field("at", micros(facts.at));
    json.field("width", facts.picture.width).field("height", facts.picture.height);
    // As text: 64 bits do not fit a JSON number.
    if (facts.likeness) json.field("likeness", fmt::format("{}", *facts.likeness));
    if (facts.location) write_location(json, facts);
    json.key("found").begin_array();
    for (const report::Found& found : facts.found) {
      json.begin_array().value(found.class_id).value(found.class_name);
      for (const float value : {found.box.x1, found.box.y1, found.box.x2, found.box.y2, found.confidence})
        json.value(static_cast<double>(value));
      json.value(found.track_id).end_array();
    }
    json.end_array();
  }
  json.end_object();
  return text + '\n';
}

domain::Result<JournalLine> read_line(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (!document) return std::unexpected(document.error());
  const JsonNode& root = document->root();
  JournalLine line;
  const auto number = number_in(*document, root, "n");
  if (!number) return std::unexpected(broken());
  line.number = static_cast<std::uint64_t>(*number);
  const JsonNode* frame = document->find(root, "frame");
  line.unreadable = frame == nullptr;
  if (line.unreadable) return line;
  const auto at = number_in(*document, root, "at");
  const JsonNode* found = document->find(root, "found");
  if (!at || found == nullptr || !read_found(*document, *found, line.facts)) return std::unexpected(broken());
  line.facts.frame_id = frame->text;
  line.facts.at = line.facts.arrived = moment(*at);
  line.facts.picture = {static_cast<int>(number_in(*document, root, "width").value_or(0)),
                        static_cast<int>(number_in(*document, root, "height").value_or(0))};
  if (const JsonNode* likeness = document->find(root, "likeness"))
    line.facts.likeness = number_from<std::uint64_t>(likeness->text);
  if (const JsonNode* fix = document->find(root, "fix")) read_location(*document, *fix, line.facts);
  return line;
}

domain::Result<std::unique_ptr<ImportJournal>> ImportJournal::open(const fs::path& folder, const std::string& plan) {
  std::unique_ptr<ImportJournal> journal(new ImportJournal(folder));
  journal->plan_ = plan;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return std::unexpected(unwritable(folder));
  if (!journal->resume(plan)) {
    if (auto begun = journal->begin(plan); !begun) return std::unexpected(std::move(begun.error()));
  }
  journal->lines_.open(folder / "pictures.jsonl", std::ios::binary | std::ios::app);
  if (!journal->lines_) return std::unexpected(unwritable(folder / "pictures.jsonl"));
  return journal;
}

bool ImportJournal::resume(const std::string& plan) {
  const auto saved = whole(folder_ / "checkpoint");
  if (!saved) return false;
  const std::size_t end = saved->find('\n');
  if (end == std::string::npos) return false;
  const std::string_view head = std::string_view(*saved).substr(0, end);
  const auto document = JsonDocument::parse(head);
  if (!document) return false;
  const JsonNode* same = document->find(document->root(), "plan");
  const auto pictures = number_in(*document, document->root(), "pictures");
  const auto bytes = number_in(*document, document->root(), "bytes");
  if (same == nullptr || same->text != plan || !pictures || !bytes) return false;
  std::error_code error;
  const auto size = fs::file_size(folder_ / "pictures.jsonl", error);
  if (error || size < static_cast<std::uint64_t>(*bytes)) return false;
  fs::resize_file(folder_ / "pictures.jsonl", static_cast<std::uint64_t>(*bytes), error);
  if (error) return false;
  pictures_ = static_cast<std::uint64_t>(*pictures);
  bytes_ = static_cast<std::uint64_t>(*bytes);
  tracker_ = saved->substr(end + 1);
  return true;
}

domain::Result<void> ImportJournal::begin(const std::string& plan) {
  std::error_code error;
  fs::remove_all(folder_, error);
  fs::create_directories(folder_ / "crops", error);
  const bool made = !error && std::ofstream(folder_ / "pictures.jsonl", std::ios::trunc).good();
  if (!made || !write_whole(folder_ / "checkpoint", first_line(plan, 0, 0))) return std::unexpected(unwritable(folder_));
  return {};
}

domain::Result<void> ImportJournal::add(const JournalLine& line) {
  const std::string text = to_line(line);
  lines_ << text;
  lines_.flush();
  if (!lines_) return std::unexpected(unwritable(folder_ / "pictures.jsonl"));
  bytes_ += text.size();
  ++pictures_;
  return {};
}

domain::Result<void> ImportJournal::checkpoint(std::string tracker) {
  tracker_ = std::move(tracker);
  if (!write_whole(folder_ / "checkpoint", first_line(plan_, pictures_, bytes_) + tracker_))
    return std::unexpected(unwritable(folder_ / "checkpoint"));
  return {};
}

domain::Result<void> ImportJournal::each(const std::function<void(JournalLine&&)>& take) {
  std::ifstream file(folder_ / "pictures.jsonl", std::ios::binary);
  std::string text;
  for (std::uint64_t i = 0; i < pictures_; ++i) {
    if (!std::getline(file, text)) return std::unexpected(broken());
    auto line = read_line(text);
    if (!line) return std::unexpected(std::move(line.error()));
    take(std::move(*line));
  }
  return {};
}

fs::path ImportJournal::crop_path(std::uint64_t track, std::uint64_t number) const {
  return folder_ / "crops" / fmt::format("{}-{}", track, number);
}

void ImportJournal::keep_crop(std::uint64_t track, std::uint64_t number, const desk::EvidencePicture& crop,
                              std::optional<std::uint64_t> instead) {
  const std::string head = fmt::format("{} {} {} {}\n", crop.left, crop.top, crop.size.width, crop.size.height);
  write_whole(crop_path(track, number), head + std::string(crop.jpeg.begin(), crop.jpeg.end()));  // without it: no picture
  std::error_code ignored;
  if (instead && *instead != number) fs::remove(crop_path(track, *instead), ignored);
}

std::optional<desk::EvidencePicture> ImportJournal::crop(std::uint64_t track, std::uint64_t number) const {
  std::ifstream file(crop_path(track, number), std::ios::binary);
  desk::EvidencePicture crop;
  if (!(file >> crop.left >> crop.top >> crop.size.width >> crop.size.height) || file.get() != '\n') return std::nullopt;
  crop.jpeg.assign(std::istreambuf_iterator<char>(file), {});
  return crop;
}

void ImportJournal::remove() {
  lines_.close();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace hazard::app
