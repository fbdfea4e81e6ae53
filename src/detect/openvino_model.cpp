#include "detect/openvino_model.hpp"

#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/frontend/manager.hpp>

#include "detect/model_files.hpp"
#include "detect/model_metadata.hpp"
#include "detect/openvino_fence.hpp"

namespace hazard::detect {
namespace {

constexpr auto kNotReady = domain::ErrorCode::model_not_ready;
constexpr int kSideMin = 32;
constexpr int kSideMax = 2048;  // bounds memory and time: at 2048 x 2048 a frame costs ten times one of 640 x 640
constexpr domain::SizePx kUsualInput{640, 640};

std::unexpected<domain::Error> bad(std::string message) { return domain::refuse(kNotReady, std::move(message)); }

struct InputShape {
  ov::Layout layout;
  bool channels_last = false;
  std::optional<domain::SizePx> size;  // empty: dynamic
  bool batch_is_one = false;
};

domain::Result<ModelMetadata> read_metadata(const ModelFiles& files, std::vector<std::string>& lines) {
  if (!files.metadata) {
    lines.push_back("metadata: none; names and facts must come from the model or the configuration");
    return ModelMetadata{};
  }
  const auto text = read_metadata_file(*files.metadata);
  if (!text) return std::unexpected(text.error());
  auto metadata = parse_metadata(*text);
  if (!metadata) return bad(fmt::format("{}, {}", files.metadata->string(), metadata.error().message));
  lines.push_back(fmt::format("metadata: {}: version {}, {} {}{}", files.metadata->filename().string(),
                              metadata->version.empty() ? "not said" : metadata->version, metadata->names.size(),
                              metadata->names.size() == 1 ? "class" : "classes",
                              metadata->trained == false ? ", weights are random (trained: false)" : ""));
  if (!metadata->task.empty() && metadata->task != "detect") {
    return bad(fmt::format("{} says that the model's task is '{}': a model of the task 'detect' is needed",
                           files.metadata->string(), metadata->task));
  }
  if (metadata->channels && *metadata->channels != 3) {
    return bad(fmt::format("{} says that the model takes {} channels: one that takes 3 (RGB) is needed", files.metadata->string(),
                           *metadata->channels));
  }
  return metadata;
}

// Exporters write the names into rt_info: OpenVINO's own as model_info/labels, those of an ONNX file arrive as framework/names.
std::vector<std::string> names_in(const ov::Model& graph, std::vector<std::string>& lines) {
  static const std::vector<std::vector<std::string>> kPlaces{
      {"model_info", "labels"}, {"model_info", "names"}, {"framework", "names"}, {"names"}};
  for (const auto& place : kPlaces) {
    const auto text =
        fenced(kNotReady, "", [&] { return graph.has_rt_info(place) ? graph.get_rt_info<std::string>(place) : std::string(); });
    if (!text || text->empty()) continue;
    if (auto names = parse_names(*text)) return std::move(*names);
    lines.push_back(fmt::format("rt_info: the names under {} cannot be read and are passed over", fmt::join(place, "/")));
  }
  return {};
}

domain::Result<InputShape> input_shape_of(const ov::Model& graph) {
  if (graph.inputs().size() != 1)
    return bad(fmt::format("the model has {} inputs where a detector has one picture", graph.inputs().size()));
  const ov::PartialShape shape = graph.input().get_partial_shape();
  const std::string words = shape.to_string();
  if (shape.rank().is_dynamic() || shape.rank().get_length() != 4) {
    return bad(fmt::format("the model's input {} has not the 4 dimensions of a picture", words));
  }
  const ov::element::Type type = graph.input().get_element_type();
  if (type != ov::element::f32 && type != ov::element::f16) {
    return bad(fmt::format("the model's input is {}: export it with f32 or f16 input, 0..1, so that its scale is known",
                           type.get_type_name()));
  }
  const bool first = shape[1].is_static() && shape[1].get_length() == 3;
  const bool last = shape[3].is_static() && shape[3].get_length() == 3;
  if (first == last) return bad(fmt::format("the model's input {} has no side of 3 colours, first or last", words));
  InputShape out{.layout = ov::Layout(last ? "NHWC" : "NCHW"), .channels_last = last, .size = {}, .batch_is_one = false};
  const ov::Dimension& height = shape[last ? 1 : 2];
  const ov::Dimension& width = shape[last ? 2 : 3];
  if (height.is_static() && width.is_static()) {
    out.size = domain::SizePx{static_cast<int>(std::min<long>(width.get_length(), 1L << 30)),
                              static_cast<int>(std::min<long>(height.get_length(), 1L << 30))};
  }
  out.batch_is_one = shape[0].is_static() && shape[0].get_length() == 1;
  return out;
}

domain::Result<void> check_size(domain::SizePx size, int stride) {
  const int step = std::max(kSideMin, stride);
  const auto fits = [&](int side) { return side >= kSideMin && side <= kSideMax && side % step == 0; };
  if (fits(size.width) && fits(size.height)) return {};
  return bad(fmt::format("the input size {}x{} cannot be used: both sides must be multiples of {} from {} to {}", size.width,
                         size.height, step, kSideMin, kSideMax));
}

// Gives the graph batch 1 and a fixed size: the configured one, else its own, else the metadata's, else 640x640.
domain::Result<domain::SizePx> fix_size(ov::Model& graph, const InputShape& shape, const EngineOptions& options,
                                        const ModelMetadata& metadata, std::vector<std::string>& lines) {
  const domain::SizePx size = options.input.value_or(shape.size.value_or(metadata.input.value_or(kUsualInput)));
  if (const auto checked = check_size(size, metadata.stride.value_or(kSideMin)); !checked)
    return std::unexpected(checked.error());
  if (!shape.size && !options.input) {
    lines.push_back(fmt::format("input: of any size; {}x{} is taken ({})", size.width, size.height,
                                metadata.input ? "imgsz in the metadata" : "the usual one, nothing else is said"));
  }
  if (shape.batch_is_one && shape.size == size) return size;
  const ov::PartialShape wanted =
      shape.channels_last ? ov::PartialShape{1, size.height, size.width, 3} : ov::PartialShape{1, 3, size.height, size.width};
  const auto done =
      fenced(kNotReady,
             fmt::format("the model cannot be given the input size {}x{} (export it at that size, or with dynamic axes)",
                         size.width, size.height),
             [&] { graph.reshape(wanted); });
  if (!done) return std::unexpected(done.error());
  return size;
}

std::vector<long> output_shape_of(const ov::Model& graph) {
  std::vector<long> shape;
  const ov::PartialShape partial = graph.output().get_partial_shape();
  if (partial.rank().is_dynamic()) return shape;
  for (const ov::Dimension& dimension : partial) {
    shape.push_back(dimension.is_static() ? static_cast<long>(dimension.get_length()) : -1);
  }
  return shape;
}

// u8 NHWC RGB pixels go in; conversion, the division by 255 and the change of layout happen inside the compiled graph.
domain::Result<std::shared_ptr<ov::Model>> with_pixels_in_front(std::shared_ptr<ov::Model> graph, const ov::Layout& layout) {
  return fenced(kNotReady, "the pixel conversion cannot be put in front of the model", [&] {
    ov::preprocess::PrePostProcessor steps(std::move(graph));
    steps.input().tensor().set_element_type(ov::element::u8).set_layout("NHWC");
    steps.input().preprocess().convert_element_type(ov::element::f32).scale(255.0F);
    steps.input().model().set_layout(layout);
    steps.output().tensor().set_element_type(ov::element::f32);
    return steps.build();
  });
}

domain::Result<std::shared_ptr<ov::Model>> read_graph(const ModelFiles& files) {
  // The one reader that fits: asked by path alone, OpenVINO offers a broken file to every front end it has, which loads each
  // of their libraries and prints their complaints.
  auto graph = fenced(
      kNotReady, fmt::format("{} cannot be read (export it again, or copy it with all its files)", files.graph.string()), [&] {
        ov::frontend::FrontEndManager front_ends;
        const auto reader = front_ends.load_by_framework(files.weights ? "ir" : "onnx");
        return reader->convert(reader->load(files.graph.string(), true));  // true: map the weights
      });
  if (graph && (*graph)->outputs().size() != 1) {
    return bad(
        fmt::format("the model has {} outputs where a detector has one: export the task 'detect'", (*graph)->outputs().size()));
  }
  return graph;
}

}  // namespace

domain::Result<PreparedModel> prepare_model(const EngineOptions& options, std::vector<std::string>& lines) {
  const auto files = find_model_files(options.model);
  if (!files) return std::unexpected(files.error());
  lines.push_back(fmt::format("model: {}{}{}", files->graph.string(), files->note.empty() ? "" : "; ", files->note));
  const auto metadata = read_metadata(*files, lines);
  if (!metadata) return std::unexpected(metadata.error());
  auto graph = read_graph(*files);
  if (!graph) return std::unexpected(graph.error());
  const auto shape = input_shape_of(**graph);
  if (!shape) return std::unexpected(shape.error());
  const auto size = fix_size(**graph, *shape, options, *metadata, lines);
  if (!size) return std::unexpected(size.error());
  lines.push_back(fmt::format("input: {}x{} pixels, RGB", size->width, size->height));
  const auto names = choose_names({metadata->names, names_in(**graph, lines), options.class_names});
  if (!names) return std::unexpected(names.error());
  lines.push_back(fmt::format("classes: {} (from {})", fmt::join(names->names, ", "), names->source));
  PreparedModel prepared;
  prepared.info.output_shape = output_shape_of(**graph);
  auto layout = decide_output_layout(
      prepared.info.output_shape,
      {.classes = names->names.size(), .input = *size, .nms_inside = metadata->nms_inside, .unit_boxes = metadata->unit_boxes});
  if (!layout) return std::unexpected(layout.error());
  lines.push_back(fmt::format("output: {}", layout->words));
  auto complete = with_pixels_in_front(std::move(*graph), shape->layout);
  if (!complete) return std::unexpected(complete.error());
  prepared.graph = std::move(*complete);
  prepared.info.name = files->graph.stem().string();
  prepared.info.version = metadata->version;
  prepared.info.classes = names->names;
  prepared.info.input = *size;
  prepared.info.stride = std::max(kSideMin, metadata->stride.value_or(kSideMin));
  prepared.info.layout = layout->words;
  prepared.info.trained = metadata->trained.value_or(true);
  prepared.layout = std::move(*layout);
  return prepared;
}

}  // namespace hazard::detect
