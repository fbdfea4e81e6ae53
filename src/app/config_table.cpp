#include "app/config_table.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "outgoing/target.hpp"

namespace hazard::app {
namespace {

constexpr std::array<std::string_view, 2> kInputShapes{"camera", "model"};
constexpr std::array<std::string_view, 3> kPerformanceModes{"auto", "latency", "throughput"};
constexpr std::array<std::string_view, 3> kPrecisions{"auto", "bf16", "f32"};
constexpr std::array<std::string_view, 3> kEvidence{"crop", "frame", "none"};
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 3> kLogFormats{"auto", "text", "json"};

bool is_address(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> scratch{};
  const std::string copy(text);
  return text == "localhost" || inet_pton(AF_INET, copy.c_str(), scratch.data()) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), scratch.data()) == 1;
}

// scheme://host[:port] and nothing after it: what browsers send as Origin.
bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto rest = text.substr(scheme.size());
    return !rest.empty() && rest.find_first_of("/?#@* \t") == std::string_view::npos;
  }
  return false;
}

bool any_text(std::string_view) { return true; }

bool is_class_name(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '"'; });
}

constexpr auto kSettings = std::to_array<Setting>({
    {"HOST", Group::server, "127.0.0.1", TextField{&Config::host, "an IPv4 or IPv6 address, or localhost", is_address},
     "Address to listen on. Anything but loopback lets others in, and needs API_KEYS_FILE or ALLOW_ANONYMOUS."},
    {"PORT", Group::server, "8080", IntegerField{&Config::port, 0, 65535, ""},
     "Port to listen on; 0 takes any free one and prints it."},
    {"EXTRA_PORTS", Group::server, "", PortsField{&Config::extra_ports},
     "Further ports with the same routes, for installed clients that have another one built in."},
    {"API_KEYS_FILE", Group::server, "", TextField{&Config::api_keys_file, "a file, or nothing", any_text},
     "Keys of those who may use the server, one a line; `hazardstream key NAME` makes them. Asked for on loopback too."},
    {"ALLOW_ANONYMOUS", Group::server, "false", SwitchField{&Config::allow_anonymous},
     "Serve everybody who can reach HOST, without a key; only administration then needs one."},
    {"PUBLIC_METRICS", Group::server, "true", SwitchField{&Config::public_metrics},
     "false hides /metrics and /status (404) from all but administrators; on loopback without keys everybody is one."},
    {"CORS_ORIGINS", Group::server, "",
     WordsField{&Config::cors_origins, "origins such as https://app.example, separated by commas", is_origin},
     "Web pages of these origins may use the server. Loopback origins always may while HOST is loopback."},
    {"MAX_CONNECTIONS", Group::server, "2048", IntegerField{&Config::max_connections, 1, 100000, "connections"},
     "Connections open at once; one more is refused."},
    {"SHUTDOWN_GRACE", Group::server, "8", DurationField{&Config::shutdown_grace, 1000, 0, 60, "seconds"},
     "How long a stopping server lets clients finish before it cuts them off."},

    {"MODEL_PATH", Group::model, "models/hazard-yolo12n",
     TextField{&Config::model_path, "a folder, an .xml or an .onnx file", nullptr},
     "The exported model: a folder with one .xml or .onnx file (and metadata.yaml), or that file itself."},
    {"MODEL_CLASSES", Group::model, "",
     WordsField{&Config::model_classes, "names in the model's order, separated by commas", is_class_name},
     "Class names, where the model's own are missing or wrong. As many as the model has classes."},
    {"INPUT_SIZE", Group::model, "", SizeField{&Config::input_size},
     "Another input size than the exported one; smaller is faster and sees less. Empty: as exported."},
    {"OPENVINO_DEVICE", Group::model, "CPU",
     TextField{&Config::openvino_device, "a device OpenVINO lists, such as CPU, GPU or AUTO", nullptr},
     "Where the model runs. A device that is not there stops the start, with the list of those that are."},
    {"OPENVINO_PERFORMANCE_MODE", Group::model, "AUTO", ChoiceField{&Config::openvino_performance_mode, kPerformanceModes},
     "LATENCY gives each frame all cores, THROUGHPUT a core each; AUTO decides by what is sent, with twice the memory."},
    {"INPUT_SHAPES", Group::model, "camera", ChoiceField{&Config::input_shapes, kInputShapes},
     "camera: also forms that fit the pictures that come (640x384 for 16:9, 608x352 in a crowd), without bars. model: its own "
     "shape only."},
    {"MAX_GRAPHS", Group::model, "4", IntegerField{&Config::max_graphs, 1, 16, "graphs"},
     "How many forms of the model are kept compiled; each takes 45 to 80 MB. Those unused for 20 seconds are given up."},
    {"REUSE_STILL_PICTURES", Group::model, "true", SwitchField{&Config::reuse_still},
     "A picture that shows the same as the one before is answered with that one's boxes, for up to a second, marked as reused."},
    {"INFERENCE_PRECISION", Group::model, "auto", ChoiceField{&Config::inference_precision, kPrecisions},
     "auto takes bf16 where the processor has it in hardware, which is faster, and f32 elsewhere."},
    {"INFERENCE_THREADS", Group::model, "0", IntegerField{&Config::inference_threads, 0, 256, "threads"},
     "Processor threads of the model; 0 takes all that this process may use."},
    {"CACHE_DIR", Group::model, ".cache/openvino", TextField{&Config::cache_dir, "a folder, or none", nullptr},
     "Compiled models are kept here, which makes the next start quicker. none: keep nothing."},
    {"CONFIDENCE_THRESHOLD", Group::model, "0.5", NumberField{&Config::confidence_threshold, 0.01, 1, ""},
     "Score below which a detection is left out, where a client names no other."},

    {"STREAMING_SESSION_TIMEOUT", Group::streaming, "300", DurationField{&Config::session_timeout, 1000, 1, 86400, "seconds"},
     "A session without a frame and without a reader ends after this long."},
    {"STREAMING_RESUME_GRACE", Group::streaming, "60", DurationField{&Config::resume_grace, 1000, 0, 3600, "seconds"},
     "How long a session whose connection was lost waits to be resumed. 0: it ends with its connection."},
    {"STREAMING_STATE_DIR", Group::streaming, "", TextField{&Config::state_dir, "a folder, or nothing", any_text},
     "A stopping server keeps its sessions here for the next one, one folder a server. Empty: they end with it."},
    {"STREAMING_MAX_FPS", Group::streaming, "30", NumberField{&Config::max_fps, 1, 240, "frames a second"},
     "The highest fps_limit a client may ask for."},
    {"STREAMING_DEFAULT_FPS", Group::streaming, "10", NumberField{&Config::default_fps, 1, 240, "frames a second"},
     "fps_limit of a client that names none; at most STREAMING_MAX_FPS."},
    {"STREAMING_QUEUE_SIZE", Group::streaming, "50", IntegerField{&Config::queue_size, 1, 1000, "frames"},
     "Frames that wait in a session with delivery=all; one more ends as queue_full."},
    {"STREAMING_ENABLE_TRACKING", Group::streaming, "true", SwitchField{&Config::enable_tracking},
     "Give detections an identity from frame to frame, where a client does not say."},
    {"STREAMING_HEARTBEAT_MS", Group::streaming, "15000", DurationField{&Config::heartbeat, 1, 1000, 60000, "milliseconds"},
     "Silence after which the server sends a ping, so that carriers keep the connection."},
    {"MAX_SESSIONS", Group::streaming, "1024", IntegerField{&Config::max_sessions, 1, 100000, "sessions"},
     "Sessions alive at once; one more is refused with 503."},
    {"MAX_FRAME_BYTES", Group::streaming, "4194304", IntegerField{&Config::max_frame_bytes, 65536, 67108864, "bytes"},
     "The largest encoded picture that is accepted."},

    {"DATA_DIR", Group::reports, "", TextField{&Config::data_dir, "a folder, or nothing", any_text},
     "Sessions of pages, reports, hazards and their pictures are kept here, one folder a server. Empty: until the server stops."},
    {"REPORTS_KEEP_DAYS", Group::reports, "365", IntegerField{&Config::reports_keep_days, 0, 36500, "days"},
     "What was last seen longer ago is deleted with its pictures. 0: never."},
    {"EVIDENCE", Group::reports, "crop", ChoiceField{&Config::evidence, kEvidence},
     "The picture kept of a hazard: crop cuts it out with a margin, frame keeps the whole picture, none keeps nothing."},

    {"WEBHOOK_URLS", Group::webhooks, "",
     WordsField{&Config::webhook_urls, "URLs such as https://works.example/in, separated by commas", outgoing::is_target_url},
     "Each hears of every change of a hazard: see docs/webhooks.md. Needs WEBHOOK_SECRET.", true},
    {"WEBHOOK_SECRET", Group::webhooks, "",
     TextField{&Config::webhook_secret, "whsec_ and the base64 of 24 to 64 bytes", any_text},
     "What webhooks are signed with. Never shown or logged; better in the environment than in a flag.", true},
    {"WEBHOOK_EVENTS", Group::webhooks, "",
     WordsField{&Config::webhook_events,
                "of created, confirmed, dismissed, fixed, reopened, archived, pending, merged, changed, seen, deleted",
                outgoing::is_event_type},
     "The events that webhooks hear of, separated by commas. Empty: all."},
    {"WEBHOOK_ALLOW_PRIVATE", Group::webhooks, "false", SwitchField{&Config::webhook_allow_private},
     "Receivers may lie on loopback or in a private network, and may be http:// ones. Holds for OPEN311_URL too."},
    {"WEBHOOK_TIMEOUT", Group::webhooks, "5", DurationField{&Config::webhook_timeout, 1000, 1, 60, "seconds"},
     "How long an attempt may take, from connecting to the answer."},
    {"WEBHOOK_ATTEMPTS", Group::webhooks, "15", IntegerField{&Config::webhook_attempts, 1, 100, "attempts"},
     "After this many a message becomes a dead letter; with the default pauses that takes some 17 hours."},
    {"WEBHOOK_FIRST_PAUSE_MS", Group::webhooks, "5000",
     DurationField{&Config::webhook_first_pause, 1, 100, 3600000, "milliseconds"},
     "The pause after the first failed attempt; doubled after each further one, up to 6 hours."},
    {"OPEN311_URL", Group::webhooks, "",
     TextField{&Config::open311_url, "a URL such as https://311.example/open311/v2, or nothing", any_text},
     "Confirmed hazards with a place become service requests there (GeoReport v2). Needs OPEN311_SERVICE_CODES."},
    {"OPEN311_JURISDICTION_ID", Group::webhooks, "", TextField{&Config::open311_jurisdiction, "a text, or nothing", any_text},
     "The jurisdiction_id that the Open311 server wants."},
    {"OPEN311_API_KEY", Group::webhooks, "", TextField{&Config::open311_api_key, "a text, or nothing", any_text},
     "The api_key that the Open311 server wants. Never shown or logged.", true},
    {"OPEN311_SERVICE_CODES", Group::webhooks, "",
     WordsField{&Config::open311_codes, "class=code pairs such as pothole=001, separated by commas", outgoing::is_service_code},
     "The service code of each class; classes without one are not sent."},
    {"PUBLIC_URL", Group::webhooks, "",
     TextField{&Config::public_url, "a URL such as https://hazards.example, or nothing", any_text},
     "Where others reach this server: service requests get a link to the picture. Empty: no link."},

    {"LOG_LEVEL", Group::log, "info", ChoiceField{&Config::log_level, kLogLevels}, "The least important lines to write."},
    {"LOG_FORMAT", Group::log, "auto", ChoiceField{&Config::log_format, kLogFormats},
     "auto writes text on a terminal and JSON lines elsewhere."},
});

}  // namespace

std::string_view to_string(Group group) noexcept {
  switch (group) {
    case Group::server: return "Server";
    case Group::model: return "Model";
    case Group::streaming: return "Streaming";
    case Group::reports: return "Reports";
    case Group::webhooks: return "Webhooks";
    case Group::log: return "Log";
  }
  return "";
}

std::span<const Setting> settings() noexcept { return kSettings; }

const Setting* find_setting(std::string_view environment) noexcept {
  const auto found = std::ranges::find(kSettings, environment, &Setting::environment);
  return found == kSettings.end() ? nullptr : &*found;
}

}  // namespace hazard::app
