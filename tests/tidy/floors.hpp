// The floor rule: a room includes the rooms below it, never a sibling, never one above; foreign code stays behind its fence. The
// tables are read from ARCHITECTURE.md, so that what is written there is what is enforced.
#pragma once

#include <map>
#include <optional>

#include "tidy/source_tree.hpp"

namespace hazard::tidy {

struct Fence {
  std::string name;
  std::vector<std::string> prefixes;     // of what stands between the angle brackets
  std::vector<std::string> included_in;  // paths below src/, '*' for any run of characters
  std::vector<std::string> seen_in;      // where it may arrive through our own headers
};

struct House {
  std::map<std::string, int> floor_of_room;
  std::vector<Fence> fences;
};

struct Include {
  std::size_t line = 0;
  std::string target;
  bool ours = false;  // in quotes
};

inline std::vector<std::vector<std::string>> table_rows(std::string_view section) {
  std::vector<std::vector<std::string>> rows;
  for (std::string_view line : lines_of(section)) {
    line = trimmed(line);
    if (!line.starts_with('|')) continue;
    std::vector<std::string> cells;
    line.remove_prefix(1);
    while (!line.empty()) {
      const std::size_t end = line.find('|');
      cells.emplace_back(trimmed(line.substr(0, end)));
      if (end == std::string_view::npos) break;
      line.remove_prefix(end + 1);
    }
    if (cells[0].find_first_not_of("-: ") != std::string::npos) rows.push_back(std::move(cells));
  }
  if (!rows.empty()) rows.erase(rows.begin());  // the headings
  return rows;
}

// From the heading "## title" to the next one; empty when there is none.
inline std::string_view section_of(std::string_view document, std::string_view title) {
  const std::string heading = "\n## " + std::string(title) + "\n";
  const std::size_t start = document.find(heading);
  if (start == std::string_view::npos) return {};
  const std::string_view rest = document.substr(start + heading.size());
  return rest.substr(0, rest.find("\n## "));
}

inline std::vector<std::string> code_words(std::string_view cell) {
  std::vector<std::string> words;
  for (std::size_t start = cell.find('`'); start != std::string_view::npos; start = cell.find('`')) {
    const std::size_t end = cell.find('`', start + 1);
    if (end == std::string_view::npos) break;
    words.emplace_back(cell.substr(start + 1, end - start - 1));
    cell.remove_prefix(end + 1);
  }
  return words;
}

inline House read_house(std::string_view architecture) {
  House house;
  for (const auto& row : table_rows(section_of(architecture, "Floors"))) {
    if (row.size() < 2 || row[0].size() < 2 || row[0][0] != 'F') continue;
    for (const std::string& room : code_words(row[1])) house.floor_of_room[room] = std::stoi(row[0].substr(1));
  }
  for (const auto& row : table_rows(section_of(architecture, "Fences"))) {
    if (row.size() < 4) continue;
    house.fences.push_back({row[0], code_words(row[1]), code_words(row[2]), code_words(row[3])});
  }
  return house;
}

inline std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    line = trimmed(line);
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    includes.push_back({number, std::string(line.substr(open + 1, close - open - 1)), line[open] == '"'});
  }
  return includes;
}

inline bool matches(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern[0] != '*') return !path.empty() && pattern[0] == path[0] && matches(pattern.substr(1), path.substr(1));
  for (std::size_t skip = 0; skip <= path.size(); ++skip) {
    if (matches(pattern.substr(1), path.substr(skip))) return true;
  }
  return false;
}

inline bool matches_any(const std::vector<std::string>& patterns, std::string_view path) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(pattern, path); });
}

inline std::string room_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

// Header names of the C++ library have neither a dot nor a slash.
inline bool is_standard(std::string_view target) { return target.find_first_of("./") == std::string_view::npos; }

inline const Fence* fence_of(const House& house, std::string_view target) {
  for (const Fence& fence : house.fences) {
    for (const std::string& prefix : fence.prefixes) {
      if (target.starts_with(prefix)) return &fence;
    }
  }
  return nullptr;
}

inline void check_own_include(const House& house, const SourceFile& file, const Include& include,
                              const std::set<std::string>& known, Faults& faults) {
  const std::string place = at_line("src/" + file.path, include.line);
  const std::string from = room_of(file.path);
  const std::string to = room_of(include.target);
  if (!known.contains(include.target)) {
    faults.push_back({place, "\"" + include.target + "\" is no file below src/"});
  } else if (from != to && house.floor_of_room.contains(from) && house.floor_of_room.contains(to) &&
             house.floor_of_room.at(to) >= house.floor_of_room.at(from)) {
    faults.push_back({place, from + " must not include " + to + ": it is not on a floor below"});
  }
}

inline void check_foreign_include(const House& house, const SourceFile& file, const Include& include, Faults& faults) {
  if (is_standard(include.target)) return;
  const std::string place = at_line("src/" + file.path, include.line);
  const Fence* fence = fence_of(house, include.target);
  if (fence == nullptr) {
    faults.push_back({place, "<" + include.target + "> has no row in the table of fences"});
  } else if (!matches_any(fence->included_in, file.path)) {
    faults.push_back({place, "<" + include.target + "> outside the fence of " + fence->name});
  }
}

// The fences whose code a file sees, through its own headers too, with the header that brought it in.
inline std::map<const Fence*, std::string> fences_seen(const House& house, const std::string& path,
                                                       const std::map<std::string, const SourceFile*>& by_path) {
  std::map<const Fence*, std::string> seen;
  std::set<std::string> visited{path};
  std::vector<std::string> open{path};
  while (!open.empty()) {
    const std::string current = open.back();
    open.pop_back();
    for (const Include& include : includes_of(by_path.at(current)->text)) {
      if (!include.ours) {
        if (const Fence* fence = fence_of(house, include.target)) seen.emplace(fence, current);
      } else if (by_path.contains(include.target) && visited.insert(include.target).second) {
        open.push_back(include.target);
      }
    }
  }
  return seen;
}

// `files` are those below src/, with paths from there.
inline Faults check_floors(const House& house, const std::vector<SourceFile>& files) {
  Faults faults;
  std::map<std::string, const SourceFile*> by_path;
  std::set<std::string> known;
  for (const SourceFile& file : files) {
    by_path[file.path] = &file;
    known.insert(file.path);
  }
  std::set<std::string> rooms;
  for (const SourceFile& file : files) {
    rooms.insert(room_of(file.path));
    for (const Include& include : includes_of(file.text)) {
      if (include.ours)
        check_own_include(house, file, include, known, faults);
      else
        check_foreign_include(house, file, include, faults);
    }
    for (const auto& [fence, through] : fences_seen(house, file.path, by_path)) {
      if (through != file.path && !matches_any(fence->seen_in, file.path)) {
        faults.push_back({"src/" + file.path, "sees " + fence->name + " through " + through});
      }
    }
  }
  for (const std::string& room : rooms) {
    if (!house.floor_of_room.contains(room)) faults.push_back({"src/" + room, "has no floor in ARCHITECTURE.md"});
  }
  for (const auto& [room, floor] : house.floor_of_room) {
    if (!rooms.contains(room)) faults.push_back({"ARCHITECTURE.md", "names the room " + room + ", which is empty"});
  }
  return faults;
}

// The libraries must be linked downwards too: `cmake` is the text of src/<room>/CMakeLists.txt.
inline Faults check_links(const House& house, const std::string& room, std::string_view cmake) {
  Faults faults;
  const std::size_t start = cmake.find("hazard_room(" + room);
  if (start == std::string_view::npos) return {{"src/" + room + "/CMakeLists.txt", "makes no hazard_room(" + room}};
  std::string_view links = cmake.substr(start, cmake.find(')', start) - start);
  for (std::size_t at = links.find(" hazard_"); at != std::string_view::npos; at = links.find(" hazard_")) {
    links.remove_prefix(at + 8);
    const std::string to(links.substr(0, links.find_first_of(" \n)")));
    if (!house.floor_of_room.contains(to) || house.floor_of_room.at(to) >= house.floor_of_room.at(room)) {
      faults.push_back({"src/" + room + "/CMakeLists.txt", "must not link hazard_" + to});
    }
  }
  return faults;
}

}  // namespace hazard::tidy
