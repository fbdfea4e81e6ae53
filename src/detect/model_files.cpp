#include "detect/model_files.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "detect/flat_yaml.hpp"

namespace hazard::detect {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{2} << 30;

std::unexpected<domain::Error> bad(std::string message) {
  return domain::refuse(domain::ErrorCode::model_not_ready, std::move(message));
}

std::string lower_extension(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension;
}

bool is_graph(const fs::path& file) { return lower_extension(file) == ".xml" || lower_extension(file) == ".onnx"; }

domain::Result<void> check_file(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  if (error) return bad(fmt::format("{} cannot be read: {}", file.string(), error.message()));
  if (bytes == 0) return bad(fmt::format("{} is empty: copy the model again", file.string()));
  if (bytes > kFileBytesMax)
    return bad(fmt::format("{} has {} bytes, more than a detector's 2 GiB at most", file.string(), bytes));
  return {};
}

// A file of another kind would make OpenVINO load and ask one front end after the other. An IR begins with XML; ONNX is
// protobuf, and its writers begin with one of four fields: ir_version, producer_name, graph, opset_import.
domain::Result<void> check_beginning(const fs::path& graph) {
  std::ifstream in(graph, std::ios::binary);
  std::string begin(1024, '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(in.gcount()));
  if (begin.empty()) return bad(fmt::format("{} cannot be read", graph.string()));
  const bool good = lower_extension(graph) == ".xml" ? begin.find("<net") != std::string::npos
                                                     : std::string_view("\x08\x12\x3A\x42").contains(begin.front());
  if (good) return {};
  return bad(fmt::format("{} is no {}: export the model again, or copy it again", graph.string(),
                         lower_extension(graph) == ".xml" ? "OpenVINO graph" : "ONNX file"));
}

struct Graphs {
  std::vector<fs::path> xml;
  std::vector<fs::path> onnx;
};

domain::Result<Graphs> list_graphs(const fs::path& folder) {
  std::error_code error;
  Graphs found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!is_graph(entry->path())) continue;
    (lower_extension(entry->path()) == ".xml" ? found.xml : found.onnx).push_back(entry->path());
  }
  if (error) return bad(fmt::format("the folder {} cannot be read: {}", folder.string(), error.message()));
  std::ranges::sort(found.xml);
  std::ranges::sort(found.onnx);
  return found;
}

domain::Result<ModelFiles> in_folder(const fs::path& folder) {
  const auto graphs = list_graphs(folder);
  if (!graphs) return std::unexpected(graphs.error());
  const std::vector<fs::path>& candidates = graphs->xml.empty() ? graphs->onnx : graphs->xml;
  if (candidates.empty()) {
    return bad(
        fmt::format("the folder {} holds no .xml and no .onnx file: name the folder of an exported model", folder.string()));
  }
  if (candidates.size() > 1) {
    return bad(fmt::format("the folder {} holds {} graphs ({} and {}{}): name the file itself", folder.string(),
                           candidates.size(), candidates[0].filename().string(), candidates[1].filename().string(),
                           candidates.size() > 2 ? " and more" : ""));
  }
  ModelFiles files;
  files.graph = candidates.front();
  if (!graphs->xml.empty() && !graphs->onnx.empty()) {
    files.note =
        fmt::format("{} is passed over for {}", graphs->onnx.front().filename().string(), files.graph.filename().string());
  }
  return files;
}

}  // namespace

domain::Result<ModelFiles> find_model_files(const fs::path& model) {
  std::error_code error;
  const fs::file_status status = fs::status(model, error);
  if (model.empty()) return bad("no model is named: set its folder or file");
  if (status.type() == fs::file_type::not_found) {
    return bad(fmt::format("{} does not exist: name the folder of an exported model, or its .xml or .onnx file", model.string()));
  }
  if (error) return bad(fmt::format("{} cannot be reached: {}", model.string(), error.message()));
  domain::Result<ModelFiles> files;
  if (status.type() == fs::file_type::directory) {
    files = in_folder(model);
  } else if (is_graph(model)) {
    files->graph = model;
  } else {
    return bad(fmt::format("{} is neither a folder nor an .xml or .onnx file", model.string()));
  }
  if (!files) return files;
  if (const auto checked = check_file(files->graph); !checked) return std::unexpected(checked.error());
  if (const auto checked = check_beginning(files->graph); !checked) return std::unexpected(checked.error());
  if (lower_extension(files->graph) == ".xml") {
    const fs::path weights = fs::path(files->graph).replace_extension(".bin");
    if (!fs::exists(weights, error)) {
      return bad(fmt::format("{} is missing: an .xml graph needs its weights beside it", weights.string()));
    }
    if (const auto checked = check_file(weights); !checked) return std::unexpected(checked.error());
    files->weights = weights;
  }
  const fs::path metadata = files->graph.parent_path() / "metadata.yaml";
  if (fs::exists(metadata, error)) files->metadata = metadata;
  return files;
}

domain::Result<std::string> read_metadata_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kYamlBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) return bad(fmt::format("{} cannot be read", file.string()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace hazard::detect
