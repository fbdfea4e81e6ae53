// Links in Markdown pages: each relative one leads to a file of the repository, each fragment to a heading.
#pragma once

#include <cctype>

#include "tidy/source_tree.hpp"

namespace hazard::tidy {

struct Link {
  std::size_t line = 0;
  std::string target;
};

// Inline links and images, outside code.
inline std::vector<Link> links_of(std::string_view page) {
  std::vector<Link> links;
  bool in_block = false;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(page)) {
    ++number;
    if (trimmed(line).starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    bool in_code = false;
    for (std::size_t at = 0; at + 1 < line.size(); ++at) {
      if (line[at] == '`') in_code = !in_code;
      if (in_code || line[at] != ']' || line[at + 1] != '(') continue;
      const std::size_t end = line.find(')', at);
      if (end == std::string_view::npos) continue;
      const std::string_view inside = line.substr(at + 2, end - at - 2);
      links.push_back({number, std::string(inside.substr(0, inside.find(' ')))});
    }
  }
  return links;
}

// GitHub's fragment of a heading: lower case, blanks to dashes, other punctuation left out.
inline std::string fragment_of(std::string_view heading) {
  std::string fragment;
  for (const char c : heading) {
    if (c == ' ')
      fragment += '-';
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || (c & 0x80) != 0) {
      fragment += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return fragment;
}

inline std::set<std::string> fragments_of(std::string_view page) {
  std::set<std::string> fragments;
  bool in_block = false;
  for (const std::string_view line : lines_of(page)) {
    if (line.starts_with("```")) in_block = !in_block;
    const std::size_t level = line.find_first_not_of('#');
    if (in_block || level == 0 || level == std::string_view::npos || line[level] != ' ') continue;
    fragments.insert(fragment_of(trimmed(line.substr(level))));
  }
  return fragments;
}

inline Faults check_links_of(const SourceFile& page, const std::filesystem::path& root) {
  Faults faults;
  for (const Link& link : links_of(page.text)) {
    if (link.target.find("://") != std::string::npos || link.target.starts_with("mailto:")) continue;
    const std::string path = link.target.substr(0, link.target.find('#'));
    const auto file = path.empty() ? root / page.path : (root / page.path).parent_path() / path;
    const std::string inside = file.lexically_normal().lexically_relative(root.lexically_normal()).generic_string();
    if (path.starts_with('/') || inside.starts_with("..") || !std::filesystem::exists(file)) {
      faults.push_back({at_line(page.path, link.line), "the link to " + link.target + " leads nowhere"});
      continue;
    }
    if (link.target.size() == path.size() || !file.string().ends_with(".md")) continue;
    if (!fragments_of(read_text(file)).contains(link.target.substr(path.size() + 1))) {
      faults.push_back({at_line(page.path, link.line), "no heading for " + link.target});
    }
  }
  return faults;
}

// Names of our own files in backquotes, `room/file`, with or without extension: each must be there. `rooms` are the folders of src/.
inline Faults check_named_files(const SourceFile& page, const std::filesystem::path& root, const std::set<std::string>& rooms) {
  Faults faults;
  std::size_t number = 0;
  for (std::string_view line : lines_of(page.text)) {
    ++number;
    for (std::size_t open = line.find('`'); open != std::string_view::npos; open = line.find('`')) {
      const std::size_t close = line.find('`', open + 1);
      if (close == std::string_view::npos) break;
      std::string name(line.substr(open + 1, close - open - 1));
      line.remove_prefix(close + 1);
      if (name.starts_with("src/")) name.erase(0, 4);
      if (name.find_first_of(" *{<") != std::string::npos || name.find('/') == std::string::npos) continue;
      if (!rooms.contains(name.substr(0, name.find('/')))) continue;
      const auto path = root / "src" / name;
      const auto with = [&](const char* extension) { return std::filesystem::exists(path.string() + extension); };
      if (!with("") && !with(".hpp") && !with(".cpp")) faults.push_back({at_line(page.path, number), "there is no src/" + name});
    }
  }
  return faults;
}

}  // namespace hazard::tidy
