// The files of the repository as text, and the list of faults that a rule found in them. Used by the rules of this folder only.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hazard::tidy {

struct SourceFile {
  std::string path;  // from the repository's root, with slashes
  std::string text;
};

struct Fault {
  std::string place;  // path or path:line
  std::string what;
  friend bool operator==(const Fault&, const Fault&) = default;
};
using Faults = std::vector<Fault>;

inline std::string at_line(const std::string& path, std::size_t line) { return path + ":" + std::to_string(line); }

inline std::string to_text(const Faults& faults) {
  std::string text;
  for (const Fault& fault : faults) text += fault.place + ": " + fault.what + "\n";
  return text;
}

inline bool has_extension(std::string_view path, std::initializer_list<std::string_view> extensions) {
  return std::ranges::any_of(extensions, [&](std::string_view extension) { return path.ends_with(extension); });
}

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Folders that are made, fetched or measured, not written.
inline bool is_written_folder(std::string_view name) {
  static const std::set<std::string_view> kOthers{".git",         "build",  ".venv",       ".cache",
                                                  "node_modules", "output", "__pycache__", "cache"};
  return !kOthers.contains(name) && !name.starts_with(".pytest");
}

// Every file below the root that `wanted` accepts by its path, in alphabetical order.
inline std::vector<SourceFile> read_tree(const std::filesystem::path& root, const std::function<bool(std::string_view)>& wanted) {
  std::vector<SourceFile> files;
  for (auto entry = std::filesystem::recursive_directory_iterator(root); entry != std::filesystem::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && !is_written_folder(name)) entry.disable_recursion_pending();
    if (!entry->is_regular_file()) continue;
    std::string path = entry->path().lexically_relative(root).generic_string();
    if (wanted(path)) files.push_back({std::move(path), read_text(entry->path())});
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace hazard::tidy
