#include "store/sqlite_schema.hpp"

#include <array>
#include <cstdlib>
#include <string>

namespace hazard::store {
namespace {

// Times are microseconds since the epoch. `cell` is a square of a thousandth of a degree (sqlite_rows.hpp). hazards_list holds every
// column that lists filter and sort by, in the order that is asked for most: a page of 100,000 hazards reads the index alone. There is
// no FTS5 table: before SQLite 3.42 it keeps what was erased.
constexpr const char* kFirst = R"sql(
CREATE TABLE hazards(
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  class_id INTEGER NOT NULL,
  class_name TEXT NOT NULL,
  model_version TEXT NOT NULL,
  detection_threshold REAL NOT NULL,
  report_threshold REAL NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  sightings INTEGER NOT NULL,
  passes INTEGER NOT NULL,
  best_sighting_id TEXT NOT NULL,
  best_at INTEGER NOT NULL,
  best_frame TEXT NOT NULL,
  best_confidence REAL NOT NULL,
  best_x1 REAL NOT NULL, best_y1 REAL NOT NULL, best_x2 REAL NOT NULL, best_y2 REAL NOT NULL,
  best_width INTEGER NOT NULL, best_height INTEGER NOT NULL,
  best_likeness INTEGER,
  lat REAL, lon REAL, variance REAL, uncertainty REAL,
  map_lat REAL, map_lon REAL, map_variance REAL,
  heading REAL,
  last_client TEXT NOT NULL,
  last_session TEXT NOT NULL,
  last_x1 REAL NOT NULL, last_y1 REAL NOT NULL, last_x2 REAL NOT NULL, last_y2 REAL NOT NULL,
  last_width INTEGER NOT NULL, last_height INTEGER NOT NULL,
  last_likeness INTEGER,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  merged_into TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  cell INTEGER
);
CREATE INDEX hazards_near ON hazards(class_name, cell) WHERE cell IS NOT NULL;
CREATE INDEX hazards_placeless ON hazards(last_client, class_name, last_seen) WHERE cell IS NULL;
CREATE INDEX hazards_list ON hazards(last_seen, pk, state, class_name, lat, lon, first_seen, best_confidence, updated_at, passes,
                                     sightings);
CREATE INDEX hazards_note ON hazards(note) WHERE note<>'';
CREATE INDEX hazards_merged ON hazards(merged_into) WHERE state=3;
CREATE TABLE sightings(
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hazard_id TEXT NOT NULL,
  client_key TEXT NOT NULL,
  session_id TEXT NOT NULL,
  source TEXT NOT NULL,
  track_id INTEGER NOT NULL,
  class_id INTEGER NOT NULL,
  class_name TEXT NOT NULL,
  model_version TEXT NOT NULL,
  detection_threshold REAL NOT NULL,
  report_threshold REAL NOT NULL,
  hits INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  best_at INTEGER NOT NULL,
  best_frame TEXT NOT NULL,
  best_confidence REAL NOT NULL,
  best_x1 REAL NOT NULL, best_y1 REAL NOT NULL, best_x2 REAL NOT NULL, best_y2 REAL NOT NULL,
  best_width INTEGER NOT NULL, best_height INTEGER NOT NULL,
  best_likeness INTEGER,
  lat REAL, lon REAL, map_lat REAL, map_lon REAL,
  shared_sigma REAL, own_sigma REAL, heading REAL, basis INTEGER,
  new_pass INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX sightings_hazard ON sightings(hazard_id);
CREATE INDEX sightings_client ON sightings(client_key);
CREATE INDEX sightings_session ON sightings(session_id);
CREATE TABLE history(
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  hazard_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  from_state INTEGER,
  to_state INTEGER,
  reason TEXT NOT NULL
);
CREATE INDEX history_hazard ON history(hazard_id);
CREATE TRIGGER history_is_append_only BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TABLE evidence(
  id TEXT PRIMARY KEY NOT NULL,
  hazard_id TEXT NOT NULL,
  sighting_id TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX evidence_hazard ON evidence(hazard_id);
CREATE TABLE sessions(
  id TEXT PRIMARY KEY NOT NULL,
  client_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_active INTEGER NOT NULL,
  ended_at INTEGER,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_client ON sessions(client_key);
CREATE INDEX sessions_active ON sessions(last_active);
CREATE TABLE reports(
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hazard_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  client_key TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  class_id INTEGER NOT NULL,
  class_name TEXT NOT NULL,
  confidence REAL NOT NULL,
  severity TEXT NOT NULL,
  lat REAL, lon REAL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  body TEXT NOT NULL
);
CREATE INDEX reports_hazard ON reports(hazard_id);
CREATE INDEX reports_session ON reports(session_id);
CREATE INDEX reports_client ON reports(client_key);
CREATE INDEX reports_list ON reports(created_at, status, class_id, confidence);
CREATE TABLE coverage(
  pk INTEGER PRIMARY KEY,
  drive TEXT NOT NULL,
  client_key TEXT NOT NULL,
  from_time INTEGER NOT NULL,
  to_time INTEGER NOT NULL,
  pictures INTEGER NOT NULL,
  hits INTEGER NOT NULL,
  south REAL NOT NULL, west REAL NOT NULL, north REAL NOT NULL, east REAL NOT NULL,
  line BLOB NOT NULL
);
CREATE INDEX coverage_time ON coverage(to_time);
CREATE INDEX coverage_client ON coverage(client_key);
)sql";

// The outbox (outbox.hpp). The counts are kept by triggers, so that they are exact and asking for them costs nothing.
constexpr const char* kOutbox = R"sql(
CREATE TABLE outbox(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  type TEXT NOT NULL,
  hazard_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status INTEGER NOT NULL,
  error TEXT NOT NULL,
  receipt TEXT NOT NULL,
  ended_at INTEGER,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX outbox_event ON outbox(event_id, target);
CREATE INDEX outbox_due ON outbox(target, due_at, number) WHERE state=0;
CREATE INDEX outbox_list ON outbox(state, target, number);
CREATE INDEX outbox_hazard ON outbox(hazard_id);
CREATE TABLE outbox_counts(
  target TEXT NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(target, state)
) WITHOUT ROWID;
CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN
  INSERT INTO outbox_counts VALUES(new.target, new.state, 1) ON CONFLICT(target, state) DO UPDATE SET count=count+1;
END;
CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN
  UPDATE outbox_counts SET count=count-1 WHERE target=old.target AND state=old.state;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox WHEN new.state<>old.state BEGIN
  UPDATE outbox_counts SET count=count-1 WHERE target=old.target AND state=old.state;
  INSERT INTO outbox_counts VALUES(new.target, new.state, 1) ON CONFLICT(target, state) DO UPDATE SET count=count+1;
END;
)sql";

// Each list reads one covering index: by place where a box is asked for, by state and passes for a reviewer's list, else hazards_list.
// The words of classes are few: a table of them spares a search for text the walk over all hazards.
constexpr const char* kLists = R"sql(
CREATE INDEX hazards_place ON hazards(lat, lon, state, class_name, last_seen, first_seen, best_confidence, updated_at, passes, sightings)
  WHERE lat IS NOT NULL;
CREATE INDEX hazards_review ON hazards(state, passes, pk, class_name, last_seen, first_seen, best_confidence) WHERE state<>0;
CREATE TABLE hazard_classes(name TEXT PRIMARY KEY NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO hazard_classes SELECT class_name, count(*) FROM hazards GROUP BY class_name;
CREATE TRIGGER hazard_class_added AFTER INSERT ON hazards BEGIN
  INSERT INTO hazard_classes VALUES(new.class_name, 1) ON CONFLICT(name) DO UPDATE SET count=count+1;
END;
CREATE TRIGGER hazard_class_removed AFTER DELETE ON hazards BEGIN
  UPDATE hazard_classes SET count=count-1 WHERE name=old.class_name;
  DELETE FROM hazard_classes WHERE name=old.class_name AND count<=0;
END;
CREATE TRIGGER hazard_class_changed AFTER UPDATE OF class_name ON hazards WHEN new.class_name<>old.class_name BEGIN
  UPDATE hazard_classes SET count=count-1 WHERE name=old.class_name;
  DELETE FROM hazard_classes WHERE name=old.class_name AND count<=0;
  INSERT INTO hazard_classes VALUES(new.class_name, 1) ON CONFLICT(name) DO UPDATE SET count=count+1;
END;
CREATE INDEX evidence_hosted ON evidence(sighting_id) WHERE hazard_id='';
)sql";

// The surest first, whatever else is asked: the page is found in order, without a sort of all.
constexpr const char* kSurest = R"sql(
CREATE INDEX hazards_surest ON hazards(best_confidence, pk, state, class_name, last_seen, first_seen);
)sql";

// Lists of reports read one index that holds all they filter and sort by, instead of the rows with their bodies. Totals by state and
// class are kept by triggers, like those of the outbox; the classes' words are among them.
constexpr const char* kTotals = R"sql(
DROP INDEX reports_list;
CREATE INDEX reports_list ON reports(created_at, pk, status, class_id, class_name, confidence, source, lat, lon, updated_at);
DROP TRIGGER hazard_class_added;
DROP TRIGGER hazard_class_removed;
DROP TRIGGER hazard_class_changed;
DROP TABLE hazard_classes;
CREATE TABLE hazard_counts(
  class_name TEXT NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(class_name, state)
) WITHOUT ROWID;
INSERT INTO hazard_counts SELECT class_name, state, count(*) FROM hazards GROUP BY class_name, state;
CREATE TRIGGER hazard_counted AFTER INSERT ON hazards BEGIN
  INSERT INTO hazard_counts VALUES(new.class_name, new.state, 1) ON CONFLICT(class_name, state) DO UPDATE SET count=count+1;
END;
CREATE TRIGGER hazard_uncounted AFTER DELETE ON hazards BEGIN
  UPDATE hazard_counts SET count=count-1 WHERE class_name=old.class_name AND state=old.state;
  DELETE FROM hazard_counts WHERE class_name=old.class_name AND state=old.state AND count<=0;
END;
CREATE TRIGGER hazard_recounted AFTER UPDATE OF class_name, state ON hazards
  WHEN new.class_name<>old.class_name OR new.state<>old.state BEGIN
  UPDATE hazard_counts SET count=count-1 WHERE class_name=old.class_name AND state=old.state;
  DELETE FROM hazard_counts WHERE class_name=old.class_name AND state=old.state AND count<=0;
  INSERT INTO hazard_counts VALUES(new.class_name, new.state, 1) ON CONFLICT(class_name, state) DO UPDATE SET count=count+1;
END;
CREATE TABLE report_counts(
  status TEXT NOT NULL,
  class_id INTEGER NOT NULL,
  class_name TEXT NOT NULL,
  severity TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(status, class_id, class_name, severity)
) WITHOUT ROWID;
INSERT INTO report_counts SELECT status, class_id, class_name, severity, count(*) FROM reports
  GROUP BY status, class_id, class_name, severity;
CREATE TRIGGER report_counted AFTER INSERT ON reports BEGIN
  INSERT INTO report_counts VALUES(new.status, new.class_id, new.class_name, new.severity, 1)
    ON CONFLICT(status, class_id, class_name, severity) DO UPDATE SET count=count+1;
END;
CREATE TRIGGER report_uncounted AFTER DELETE ON reports BEGIN
  UPDATE report_counts SET count=count-1
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.severity;
  DELETE FROM report_counts
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.severity AND count<=0;
END;
CREATE TRIGGER report_recounted AFTER UPDATE OF status, class_id, class_name, severity ON reports
  WHEN new.status<>old.status OR new.class_id<>old.class_id OR new.class_name<>old.class_name OR new.severity<>old.severity BEGIN
  UPDATE report_counts SET count=count-1
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.severity;
  DELETE FROM report_counts
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.severity AND count<=0;
  INSERT INTO report_counts VALUES(new.status, new.class_id, new.class_name, new.severity, 1)
    ON CONFLICT(status, class_id, class_name, severity) DO UPDATE SET count=count+1;
END;
)sql";

// Whose streams they were: for erasing all of a client.
constexpr const char* kStreams = R"sql(
CREATE TABLE streams(
  client_key TEXT NOT NULL,
  session_id TEXT NOT NULL,
  last_kept INTEGER NOT NULL,
  PRIMARY KEY(client_key, session_id)
) WITHOUT ROWID;
CREATE INDEX streams_by_session ON streams(session_id);
CREATE INDEX streams_by_age ON streams(last_kept);
)sql";

// Reports are counted by the severity that they show: a given word, else the original's word for class and score, by the same limits as
// desk::severity_from_score. Scores are kept as doubles of floats; the limits are the floats 0.7, 0.85 and 0.9, a hair below.
constexpr const char* kShownSeverity = R"sql(
ALTER TABLE reports ADD COLUMN shown_severity TEXT GENERATED ALWAYS AS (
  CASE WHEN severity<>'' THEN severity
       WHEN class_name='pothole' THEN
         CASE WHEN confidence>=0.850000023841857 THEN 'critical' WHEN confidence>=0.699999988079071 THEN 'high' ELSE 'medium' END
       WHEN class_name='crack' THEN
         CASE WHEN confidence>=0.899999976158142 THEN 'high' WHEN confidence>=0.699999988079071 THEN 'medium' ELSE 'low' END
       ELSE 'low' END) VIRTUAL;
DROP TRIGGER report_counted;
DROP TRIGGER report_uncounted;
DROP TRIGGER report_recounted;
DELETE FROM report_counts;
INSERT INTO report_counts SELECT status, class_id, class_name, shown_severity, count(*) FROM reports GROUP BY 1, 2, 3, 4;
CREATE TRIGGER report_counted AFTER INSERT ON reports BEGIN
  INSERT INTO report_counts VALUES(new.status, new.class_id, new.class_name, new.shown_severity, 1)
    ON CONFLICT(status, class_id, class_name, severity) DO UPDATE SET count=count+1;
END;
CREATE TRIGGER report_uncounted AFTER DELETE ON reports BEGIN
  UPDATE report_counts SET count=count-1
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.shown_severity;
  DELETE FROM report_counts
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.shown_severity AND count<=0;
END;
CREATE TRIGGER report_recounted AFTER UPDATE ON reports
  WHEN new.status<>old.status OR new.class_id<>old.class_id OR new.class_name<>old.class_name
    OR new.shown_severity<>old.shown_severity BEGIN
  UPDATE report_counts SET count=count-1
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.shown_severity;
  DELETE FROM report_counts
    WHERE status=old.status AND class_id=old.class_id AND class_name=old.class_name AND severity=old.shown_severity AND count<=0;
  INSERT INTO report_counts VALUES(new.status, new.class_id, new.class_name, new.shown_severity, 1)
    ON CONFLICT(status, class_id, class_name, severity) DO UPDATE SET count=count+1;
END;
)sql";

// The newest lines of a span are read in this order, and only those.
constexpr const char* kLinesInOrder = R"sql(
CREATE INDEX coverage_begin ON coverage(from_time);
)sql";

constexpr std::array kSteps{kFirst, kOutbox, kLists, kSurest, kTotals, kStreams, kShownSeverity, kLinesInOrder};

}  // namespace

int schema_version() noexcept { return static_cast<int>(kSteps.size()); }

domain::Result<void> migrate(Connection& connection, int to) {
  const auto refuse = [](std::string sentence) { return domain::refuse(domain::ErrorCode::internal, std::move(sentence)); };
  const auto answer = connection.question("PRAGMA user_version");
  if (!answer) return refuse("The database cannot be read: " + connection.error() + ".");
  const int found = std::atoi(answer->c_str());
  if (found > schema_version()) {
    return refuse("The database has schema version " + *answer + ", this program knows " + std::to_string(schema_version()) +
                  ": start a program at least as new as the one that made it.");
  }
  for (int step = found; step < to; ++step) {
    connection.run("BEGIN IMMEDIATE");
    connection.run(kSteps[static_cast<std::size_t>(step)]);
    connection.run("PRAGMA user_version = " + std::to_string(step + 1));
    connection.run("COMMIT");
    if (connection.failed()) {
      std::string why = connection.error();
      connection.clear_error();
      if (!connection.lost_transaction()) connection.run("ROLLBACK");
      return refuse("The database cannot be brought to schema version " + std::to_string(step + 1) + ": " + why + ".");
    }
  }
  return {};
}

}  // namespace hazard::store
