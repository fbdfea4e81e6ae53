#include "app/keys_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace hazard::app {
namespace {

namespace fs = std::filesystem;
using domain::ErrorCode;
using domain::refuse;

constexpr std::uintmax_t kFileBytesMost = 1024 * 1024;
constexpr std::size_t kKeyBytesMost = 512;

domain::Result<std::string> read_text(const std::string& path) {
  std::error_code failure;
  const auto size = fs::is_regular_file(path, failure) ? fs::file_size(path, failure) : kFileBytesMost + 1;
  if (failure || size > kFileBytesMost) return refuse(ErrorCode::invalid_value, fmt::format("{} is no file of keys", path));
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return refuse(ErrorCode::invalid_value, fmt::format("{} cannot be read", path));
  return text;
}

}  // namespace

domain::Result<serve::AccessKeys> read_keys_file(const std::string& path) {
  if (path.empty()) return serve::AccessKeys{};
  const auto wrong = [&](const std::string& why) {
    return refuse(
        ErrorCode::invalid_value,
        fmt::format("API_KEYS_FILE = \"{}\": {}.\n  Remedy: `hazardstream key NAME` makes a key and its line.", path, why));
  };
  const auto text = read_text(path);
  if (!text) return wrong(text.error().message);
  std::error_code failure;
  const auto others = fs::status(path, failure).permissions() & fs::perms::others_write;
  if (failure || others != fs::perms::none) return wrong("everybody on this machine may write to it");
  auto keys = serve::AccessKeys::parse(*text);
  if (!keys) return wrong(keys.error().message);
  return keys;
}

domain::Result<std::string> read_key(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return std::unexpected(text.error());
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text->find_first_not_of(kBlanks);
  const auto last = text->find_last_not_of(kBlanks);
  if (first == std::string::npos) return refuse(ErrorCode::invalid_value, fmt::format("{} is empty", path));
  auto key = text->substr(first, last - first + 1);
  // It becomes part of a header line.
  if (key.size() > kKeyBytesMost || key.find_first_of(kBlanks) != std::string::npos)
    return refuse(ErrorCode::invalid_value, fmt::format("{} holds more than one key", path));
  return key;
}

}  // namespace hazard::app
