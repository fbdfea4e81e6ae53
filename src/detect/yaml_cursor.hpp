// Scalars of the flat YAML subset, read from a text with a position. Used by flat_yaml only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "domain/error.hpp"

namespace hazard::detect {

class YamlCursor {
 public:
  explicit YamlCursor(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return at_ >= text_.size(); }
  char peek() const noexcept { return at_end() ? '\0' : text_[at_]; }
  void advance() noexcept { ++at_; }
  std::string_view rest() const noexcept { return text_.substr(at_); }

  // Over blanks, line ends and comments; a comment begins at the start or after a blank.
  void skip_blank() noexcept;

  // A quoted or plain scalar; a plain one ends before a comment, before ": " when `key`, and before ',' '[' ']' '{' '}' when
  // `flow`. Line ends inside fold into one blank.
  struct Mode {
    bool flow = false;
    bool key = false;
  };
  domain::Result<std::string> scalar(Mode mode);

 private:
  domain::Result<std::string> single_quoted();
  domain::Result<std::string> double_quoted();
  domain::Result<void> escape(std::string& out);
  std::string plain(Mode mode);
  void fold_line_end(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace hazard::detect
