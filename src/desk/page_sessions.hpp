// Sessions of installed pages and scripts (legacy-clients 5.2). Old pages start one for almost every picture and end none, so a start
// costs an entry and a record in the store's queue, nothing else; entries beyond the limit or idle for too long leave memory and come
// back from the store when somebody asks, also after a restart. An id that was given out is known for as long as the store keeps it.
//
// What is being erased stays unknown: between the request and the commit its row is still there, and a picture in flight must not
// bring it back.
//
// Any thread; one lock, never held while the store is waited for by others than the asker of an unknown id.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.hpp"
#include "wire/legacy_message.hpp"

namespace hazard::desk {

struct PageSessionOptions {
  base::Duration idle = std::chrono::minutes(10);         // then it leaves memory
  base::Duration ended_grace = std::chrono::minutes(10);  // pictures of an ended session are still taken
  base::Duration save_every = std::chrono::seconds(5);
  std::size_t sessions_most = 1024;  // in memory
  std::size_t pictures_most = 20;    // with hazards, of one session, for its summary
  std::size_t reports_most = 500;    // of one session
};

// A picture in which something was found.
struct SeenPicture {
  base::WallTime at{};
  std::vector<std::pair<std::string, float>> hazards;  // class and score
};

struct PageSession {
  std::string id;
  std::string client_key;
  std::string source;
  double confidence_threshold = 0.5;
  base::WallTime created_at{};
  base::WallTime last_active{};
  std::optional<base::WallTime> ended_at;
  std::int64_t pictures = 0;
  std::int64_t detections = 0;
  double confidence_sum = 0;
  std::map<std::string, std::int64_t> classes;
  std::set<std::string> hazards;               // ids of hazards seen in it
  std::map<std::string, std::string> reports;  // id to status
  std::vector<SeenPicture> seen;               // the last ones
  std::int64_t last_count = 0;                 // detections in the last picture

  wire::PageStats stats() const;
  std::int64_t reports_in(std::string_view status) const;
};

// What the store keeps of it as `body`, and back; nothing for a text that is none of ours.
std::string to_body(const PageSession& session);
std::optional<PageSession> from_record(const store::SessionRecord& record);

class PageSessions {
 public:
  // `store` may be null: then sessions live in memory only.
  PageSessions(store::Store* store, const base::Clock& clock, PageSessionOptions options = {});

  std::string start(const wire::SessionStart& asked, const std::string& client_key);
  std::optional<PageSession> find(const std::string& id);
  // Whether pictures are taken for it: it is known, and has not been ended for longer than the grace.
  bool takes_pictures(const std::string& id);
  bool end(const std::string& id);  // again: true

  // Leaves memory, and is not read back from the store until erased(), which every call of these two is followed by. As many as the
  // store's queue takes jobs can be under way.
  void erasing(const std::string& id);
  void erasing_client(const std::string& client_key);  // all of its sessions that were started so far
  void erased(const std::string& id_or_client_key);    // the rows are gone, or will not go after all

  bool saw(const std::string& id, const std::vector<std::pair<std::string, float>>& found);  // false: not known
  // The same for threads that must not wait for the store: a session that is not in memory stays as it is.
  bool saw_in_memory(const std::string& id, const std::vector<std::pair<std::string, float>>& found);
  bool in_memory(const std::string& id) const;
  void note_hazard(const std::string& id, const std::string& hazard_id);
  void note_report(const std::string& id, const std::string& report_id, std::string status);  // new, or changed
  void drop_report(const std::string& id, const std::string& report_id);

  void tick();  // saves what changed, lets go of the idle ones; about once a second
  void save_all();
  std::size_t alive() const;  // in memory and not ended

 private:
  struct Entry {
    PageSession session;
    bool dirty = false;
    base::WallTime saved_at{};
    std::list<std::string>::iterator use;
  };
  Entry* entry_of(const std::string& id, std::unique_lock<std::mutex>& lock);
  Entry& insert(PageSession&& session);
  void save(Entry& entry);
  template <typename Change>
  bool change(const std::string& id, Change change);
  void count(Entry& entry, const std::vector<std::pair<std::string, float>>& found);
  void forget(const std::string& id);  // under the lock, as count()

  store::Store* const store_;
  const base::Clock& clock_;
  const PageSessionOptions options_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> by_use_;       // the longest idle first
  std::size_t ended_ = 0;               // of those in memory
  std::map<std::string, int> erasing_;  // ids and client keys, each with how often it was asked for
  std::uint64_t erasures_ = 0;          // that ended
};

// Whether the text has the form of a UUID; nothing else ever reaches the store as an id.
bool is_uuid(std::string_view text) noexcept;

}  // namespace hazard::desk
