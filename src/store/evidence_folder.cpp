#include "store/evidence_folder.hpp"

#include <fstream>

namespace hazard::store {
namespace {

namespace fs = std::filesystem;
using domain::ErrorCode;

constexpr std::string_view kEnding = ".jpg";

// File times are the files' own clock; only whole seconds matter here.
base::WallTime written_at(const fs::path& path) {
  std::error_code ignored;
  const auto time = fs::last_write_time(path, ignored);
  return std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::file_clock::to_sys(time));
}

}  // namespace

bool is_evidence_id(std::string_view id) noexcept {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f');
    if (dash ? id[i] != '-' : !hex) return false;
  }
  return true;
}

domain::Result<std::unique_ptr<EvidenceFolder>> EvidenceFolder::open(const fs::path& root, EvidenceBudget budget) {
  std::error_code error;
  fs::create_directories(root, error);
  if (!error) fs::permissions(root, fs::perms::owner_all, error);
  if (error || !fs::is_directory(root)) {
    return domain::refuse(ErrorCode::internal, "The folder for pictures " + root.string() + " cannot be used: " +
                                                   error.message() + ". Name one that this program may write.");
  }
  std::unique_ptr<EvidenceFolder> folder(new EvidenceFolder(root, budget));
  folder->load();
  return folder;
}

void EvidenceFolder::load() {
  std::error_code ignored;
  for (fs::recursive_directory_iterator it(root_, ignored), end; it != end; it.increment(ignored)) {
    if (!it->is_regular_file(ignored)) continue;
    const std::string name = it->path().filename().string();
    const std::string id = it->path().stem().string();
    if (it->path().extension() != kEnding || !is_evidence_id(id) || it->path() != path_of(id)) {
      if (name.ends_with(".part")) fs::remove(it->path(), ignored);  // half a picture of a process that was killed
      continue;
    }
    const Kept kept{static_cast<std::int64_t>(it->file_size(ignored)), written_at(it->path())};
    kept_[id] = kept;
    by_age_.emplace(kept.at, id);
    bytes_ += kept.bytes;
  }
}

fs::path EvidenceFolder::path_of(const std::string& id) const {
  return root_ / id.substr(0, 2) / (id + std::string(kEnding));  // 256 folders: none grows beyond what tools like
}

domain::Result<std::vector<std::string>> EvidenceFolder::put(const std::string& id, domain::ByteView picture,
                                                             base::WallTime now) {
  const auto size = static_cast<std::int64_t>(picture.size());
  if (!is_evidence_id(id)) return domain::refuse(ErrorCode::invalid_value, "A picture's id must be a UUID.");
  if (size > budget_.bytes_most)
    return domain::refuse(ErrorCode::image_too_large, "The picture is larger than the whole budget.");
  const std::lock_guard one_change_at_a_time(changing_);
  const fs::path path = path_of(id);
  const fs::path part = path.string() + ".part";
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(picture.data()), static_cast<std::streamsize>(picture.size()));
    file.close();
    if (!file) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(part, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    return domain::refuse(ErrorCode::internal, "A picture could not be written: " + error.message() + ".");
  }
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    drop(id);
    while (bytes_ + size > budget_.bytes_most && !by_age_.empty()) {
      gone.push_back(by_age_.begin()->second);
      drop(gone.back());
    }
    kept_[id] = {size, now};
    by_age_.emplace(now, id);
    bytes_ += size;
  }
  remove_files(gone);
  return gone;
}

// A file that is replaced or erased meanwhile is read as it was when it was opened.
std::optional<domain::Bytes> EvidenceFolder::read(const std::string& id) const {
  if (!is_evidence_id(id)) return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (!kept_.contains(id)) return std::nullopt;
  }
  std::ifstream file(path_of(id), std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? std::streamoff{file.tellg()} : -1;
  if (size < 0 || size > budget_.bytes_most) return std::nullopt;
  domain::Bytes bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) return std::nullopt;
  return bytes;
}

bool EvidenceFolder::erase(const std::string& id) {
  const std::lock_guard one_change_at_a_time(changing_);
  {
    const std::lock_guard lock(mutex_);
    if (!kept_.contains(id)) return false;
    drop(id);
  }
  remove_files({id});
  return true;
}

void EvidenceFolder::drop(const std::string& id) {
  const auto known = kept_.find(id);
  if (known == kept_.end()) return;
  bytes_ -= known->second.bytes;
  by_age_.erase({known->second.at, id});
  kept_.erase(known);
}

void EvidenceFolder::remove_files(const std::vector<std::string>& ids) const {
  std::error_code ignored;  // gone already is as good
  for (const std::string& id : ids) fs::remove(path_of(id), ignored);
}

std::vector<std::string> EvidenceFolder::expire(base::WallTime now) {
  const std::lock_guard one_change_at_a_time(changing_);
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    while (!by_age_.empty() && by_age_.begin()->first + budget_.age_most < now) {
      gone.push_back(by_age_.begin()->second);
      drop(gone.back());
    }
  }
  remove_files(gone);
  return gone;
}

std::size_t EvidenceFolder::sweep(const std::function<bool(const std::string& id)>& has_row) {
  const std::lock_guard one_change_at_a_time(changing_);
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : kept_) ids.push_back(id);
  }
  std::erase_if(ids, has_row);
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : ids) drop(id);
  }
  remove_files(ids);
  return ids.size();
}

std::int64_t EvidenceFolder::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t EvidenceFolder::pictures() const {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

}  // namespace hazard::store
