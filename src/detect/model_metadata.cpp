#include "detect/model_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "detect/flat_yaml.hpp"

namespace hazard::detect {
namespace {

using Kind = YamlEntry::Kind;

std::unexpected<domain::Error> bad(std::string message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, std::move(message));
}

std::unexpected<domain::Error> bad(const YamlEntry& entry, std::string_view message) {
  return bad(fmt::format("line {}: {} {}", entry.line, entry.key, message));
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::optional<int> whole_number(std::string_view text) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> truth(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  return std::nullopt;
}

// Ids 0 to n-1, each once, in any order.
domain::Result<std::vector<std::string>> names_by_id(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<std::string> names(pairs.size());
  std::vector<bool> seen(pairs.size(), false);
  for (const auto& [key, name] : pairs) {
    const auto id = whole_number(key);
    if (!id || *id < 0) return bad(fmt::format("the class id '{}' is no whole number", key.substr(0, 32)));
    const auto index = static_cast<std::size_t>(*id);
    if (index >= pairs.size()) {
      return bad(fmt::format("the class id {} does not fit {} names; ids count from 0 without gaps", *id, pairs.size()));
    }
    if (seen[index]) return bad(fmt::format("the class id {} is given twice", *id));
    seen[index] = true;
    names[index] = name;
  }
  return names;
}

domain::Result<std::vector<std::string>> names_of(const YamlEntry& entry) {
  switch (entry.kind) {
    case Kind::list: return clean_names(entry.items);
    case Kind::map: {
      auto names = names_by_id(entry.pairs);
      return names ? clean_names(std::move(*names)) : names;
    }
    case Kind::scalar:
    case Kind::nested: break;
  }
  return bad("must be a map 'id: name' or a list of names");
}

domain::Result<void> read_names(ModelMetadata& out, const YamlEntry& entry) {
  auto names = names_of(entry);
  if (!names) return bad(entry, names.error().message);
  out.names = std::move(*names);
  return {};
}

domain::Result<void> read_imgsz(ModelMetadata& out, const YamlEntry& entry) {
  std::vector<std::string> sides = entry.items;
  if (entry.kind == Kind::scalar) sides = {entry.scalar, entry.scalar};
  if (entry.kind == Kind::map || entry.kind == Kind::nested || sides.size() != 2) {
    return bad(entry, "must be one side or the list [height, width]");
  }
  const auto height = whole_number(sides[0]);
  const auto width = whole_number(sides[1]);
  if (!height || !width || *height < 1 || *width < 1) return bad(entry, "must hold whole numbers above 0");
  out.input = domain::SizePx{*width, *height};
  return {};
}

domain::Result<void> read_count(std::optional<int>& out, const YamlEntry& entry) {
  const auto value = entry.kind == Kind::scalar ? whole_number(entry.scalar) : std::nullopt;
  if (!value || *value < 1) return bad(entry, "must be a whole number above 0");
  out = value;
  return {};
}

domain::Result<void> read_truth(std::optional<bool>& out, const YamlEntry& entry) {
  const auto value = entry.kind == Kind::scalar ? truth(entry.scalar) : std::nullopt;
  if (!value) return bad(entry, "must be true or false");
  out = value;
  return {};
}

domain::Result<void> read_text(std::string& out, const YamlEntry& entry) {
  if (entry.kind != Kind::scalar) return bad(entry, "must be one word or sentence");
  out = entry.scalar;
  return {};
}

domain::Result<void> read_box_units(ModelMetadata& out, const YamlEntry& entry) {
  if (entry.kind != Kind::scalar || (entry.scalar != "unit" && entry.scalar != "pixels")) {
    return bad(entry, "must be 'pixels' (of the input) or 'unit' (0 to 1)");
  }
  out.unit_boxes = entry.scalar == "unit";
  return {};
}

// The exporter's own arguments; only `nms` matters here. An export with NMS inside stays one whatever a second key says.
domain::Result<void> read_nms(ModelMetadata& out, const YamlEntry& entry) {
  std::optional<bool> inside;
  if (entry.key == "args") {
    const auto nms = std::ranges::find(entry.pairs, "nms", &std::pair<std::string, std::string>::first);
    if (nms != entry.pairs.end()) inside = truth(nms->second);
  } else if (const auto read = read_truth(inside, entry); !read) {
    return read;
  }
  if (inside) out.nms_inside = *inside || out.nms_inside.value_or(false);
  return {};
}

domain::Result<void> read_entry(ModelMetadata& out, const YamlEntry& entry) {
  if (entry.key == "names") return read_names(out, entry);
  if (entry.key == "imgsz") return read_imgsz(out, entry);
  if (entry.key == "stride") return read_count(out.stride, entry);
  if (entry.key == "channels") return read_count(out.channels, entry);
  if (entry.key == "trained") return read_truth(out.trained, entry);
  if (entry.key == "version") return read_text(out.version, entry);
  if (entry.key == "task") return read_text(out.task, entry);
  if (entry.key == "box_units") return read_box_units(out, entry);
  if (entry.key == "args" || entry.key == "nms" || entry.key == "end2end") return read_nms(out, entry);
  if (entry.key == "description" && entry.kind == Kind::scalar) out.description = entry.scalar;
  return {};
}

}  // namespace

domain::Result<ModelMetadata> parse_metadata(std::string_view text) {
  const auto entries = read_flat_yaml(text);
  if (!entries) return std::unexpected(entries.error());
  ModelMetadata out;
  for (auto entry = entries->begin(); entry != entries->end(); ++entry) {
    if (const auto twin = std::ranges::find(entries->begin(), entry, entry->key, &YamlEntry::key); twin != entry) {
      return bad(*entry, fmt::format("is given twice, first on line {}", twin->line));
    }
    if (const auto read = read_entry(out, *entry); !read) return std::unexpected(read.error());
  }
  return out;
}

domain::Result<std::vector<std::string>> clean_names(std::vector<std::string> names) {
  if (names.empty()) return bad("holds no class name");
  if (names.size() > kClassesMax) return bad(fmt::format("holds {} class names, more than {}", names.size(), kClassesMax));
  for (std::string& name : names) {
    name = lower(trim(name));
    const std::string_view text = name;
    if (text.empty()) return bad("holds an empty class name");
    if (text.size() > kClassNameBytesMax) return bad(fmt::format("holds a class name longer than {} bytes", kClassNameBytesMax));
    if (!is_clean_utf8(text) || text.find_first_of("\t\r\n") != std::string_view::npos) {
      return bad("holds a class name with bytes that are no printable UTF-8");
    }
  }
  return names;
}

domain::Result<std::vector<std::string>> parse_names(std::string_view text) {
  const auto value = read_yaml_value(text);
  if (!value) return bad(fmt::format("cannot be read: {}", value.error().message));
  if (value->kind != Kind::scalar) return names_of(*value);
  std::vector<std::string> names;
  for (std::string_view rest = value->scalar; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return clean_names(std::move(names));
}

domain::Result<ChosenNames> choose_names(const NameSources& sources) {
  ChosenNames chosen;
  if (!sources.metadata.empty()) {
    chosen = {sources.metadata, "metadata.yaml"};
  } else if (!sources.model.empty()) {
    chosen = {sources.model, "the model's rt_info"};
  }
  if (sources.configured.empty()) {
    if (!chosen.names.empty()) return chosen;
    return bad(
        "the model names no classes: put 'names:' with one line '0: crack' per class into metadata.yaml beside it, "
        "or configure the class names");
  }
  auto configured = clean_names(sources.configured);
  if (!configured) return bad(fmt::format("the configured list of classes {}", configured.error().message));
  if (chosen.names.empty()) return ChosenNames{std::move(*configured), "the configuration"};
  if (*configured == chosen.names) return chosen;
  return bad(
      fmt::format("the configuration names the classes [{}], but {} names them [{}]: remove the configured names, or "
                  "correct metadata.yaml if the model's own are wrong",
                  fmt::join(*configured, ", "), chosen.source, fmt::join(chosen.names, ", ")));
}

}  // namespace hazard::detect
