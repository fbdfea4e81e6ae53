// Small models of every output layout, built in memory and written as IR, so that the loader is tested on real files. Their
// output depends on the picture in one known way: every score is the mean red of the whole picture, 0..1.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/graph_util.hpp>
#include <openvino/core/model.hpp>
#include <openvino/opsets/opset13.hpp>

#include "temp_folder.hpp"

namespace hazard::detect {

enum class GraphKind {
  channels_first,  // (1, 4+nc, cells)
  boxes_first,     // (1, cells, 4+nc)
  nms_inside,      // (1, 300, 6)
  open_rows,       // (1, ?, 6): ten rows times the mean red
  logits,          // channels_first, but with scores of 57600 times the mean red
  two_outputs,
  no_picture,  // an input of 3 dimensions
  baked_size,  // channels_first, and no other size than the exported works
};

struct GraphOptions {
  GraphKind kind = GraphKind::channels_first;
  std::size_t classes = 2;
  long height = 64;  // -1: open
  long width = 64;
  long batch = 1;
  bool channels_last = false;
  ov::element::Type type = ov::element::f32;
  std::string labels;      // rt_info model_info/labels; empty: none
  float side = 8;          // of every box
  std::size_t cells = 84;  // of 64x64: 8*8 + 4*4 + 2*2
};

inline std::string small_names(std::size_t classes) {
  std::string yaml = "names:\n";
  for (std::size_t i = 0; i < classes; ++i) yaml += "  " + std::to_string(i) + ": c" + std::to_string(i) + "\n";
  return yaml;
}

namespace small_graph_parts {

namespace op = ov::opset13;

inline ov::Output<ov::Node> numbers(const GraphOptions& options, const ov::Shape& shape, const std::vector<float>& values) {
  return std::make_shared<op::Constant>(options.type, shape, values);
}

inline ov::Output<ov::Node> whole(const std::vector<std::int64_t>& values, const ov::Shape& shape) {
  return std::make_shared<op::Constant>(ov::element::i64, shape, values);
}

inline ov::Output<ov::Node> mean_red(const GraphOptions& options, const ov::Output<ov::Node>& picture) {
  ov::Output<ov::Node> from = picture;
  if (options.kind == GraphKind::baked_size) {
    from = std::make_shared<op::Reshape>(picture, whole({1, 3, options.height, options.width}, {4}), false);
  }
  const auto axes = options.channels_last ? whole({1, 2}, {2}) : whole({2, 3}, {2});
  const auto means = std::make_shared<op::ReduceMean>(from, axes, false);
  return std::make_shared<op::Gather>(means, whole({0}, {1}), whole({1}, {}));  // (1, 1)
}

// Box i of class i, for i below the class count, centred at (8 + 16 (i % 4), 8 + 16 (i / 4 % 4)) with sides of `side`.
struct Tables {
  std::vector<float> fixed;   // coordinates and class ids
  std::vector<float> scored;  // 1 where the mean red goes
};

inline Tables tables_of(const GraphOptions& options, std::size_t rows, std::size_t columns) {
  Tables out{std::vector<float>(rows * columns), std::vector<float>(rows * columns)};
  const bool finished = columns == 6 && (options.kind == GraphKind::nms_inside || options.kind == GraphKind::open_rows);
  const bool across = options.kind != GraphKind::boxes_first && !finished;
  const auto at = [&](std::size_t box, std::size_t column) { return across ? column * rows + box : box * columns + column; };
  for (std::size_t i = 0; i < rows && i < options.classes; ++i) {
    const float x = 8 + 16 * static_cast<float>(i % 4);
    const float y = 8 + 16 * static_cast<float>(i / 4 % 4);
    const float half = options.side / 2;
    const std::array<float, 4> coordinates =
        finished ? std::array{x - half, y - half, x + half, y + half} : std::array{x, y, options.side, options.side};
    for (std::size_t c = 0; c < 4; ++c) out.fixed[at(i, c)] = coordinates[c];
    out.scored[at(i, finished ? 4 : 4 + i)] = options.kind == GraphKind::logits ? 57600 : 1;
    if (finished) out.fixed[at(i, 5)] = static_cast<float>(i);
  }
  return out;
}

inline ov::Output<ov::Node> output_of(const GraphOptions& options, const ov::Output<ov::Node>& red) {
  const bool finished = options.kind == GraphKind::nms_inside || options.kind == GraphKind::open_rows;
  const std::size_t rows = finished ? 300 : options.cells;
  const std::size_t columns = finished ? 6 : 4 + options.classes;
  const Tables tables = tables_of(options, rows, columns);
  const bool across = options.kind != GraphKind::boxes_first && !finished;
  const ov::Shape shape = across ? ov::Shape{1, columns, rows} : ov::Shape{1, rows, columns};
  const auto scores = std::make_shared<op::Multiply>(numbers(options, shape, tables.scored), red);
  ov::Output<ov::Node> out = std::make_shared<op::Add>(numbers(options, shape, tables.fixed), scores);
  if (options.kind == GraphKind::open_rows) {
    const auto count = std::make_shared<op::Round>(std::make_shared<op::Multiply>(red, numbers(options, {1, 1}, {10})),
                                                   op::Round::RoundMode::HALF_TO_EVEN);
    const auto stop =
        std::make_shared<op::Convert>(std::make_shared<op::Reshape>(count, whole({1}, {1}), false), ov::element::i64);
    out = std::make_shared<op::Slice>(out, whole({0}, {1}), stop, whole({1}, {1}), whole({1}, {1}));
  }
  return out;
}

}  // namespace small_graph_parts

inline std::shared_ptr<ov::Model> small_graph(const GraphOptions& options) {
  namespace op = ov::opset13;
  ov::PartialShape shape = options.channels_last ? ov::PartialShape{options.batch, options.height, options.width, 3}
                                                 : ov::PartialShape{options.batch, 3, options.height, options.width};
  if (options.kind == GraphKind::no_picture) shape = ov::PartialShape{1, 3, 64};
  const auto picture = std::make_shared<op::Parameter>(options.type, shape);
  picture->set_friendly_name("images");
  ov::OutputVector outputs;
  if (options.kind == GraphKind::no_picture) {
    outputs = {std::make_shared<op::Add>(picture, small_graph_parts::numbers(options, {1}, {1}))};
  } else {
    const auto red = small_graph_parts::mean_red(options, picture);
    outputs.push_back(small_graph_parts::output_of(options, red));
    if (options.kind == GraphKind::two_outputs) outputs.push_back(red);
  }
  auto model = std::make_shared<ov::Model>(outputs, ov::ParameterVector{picture}, "small");
  if (!options.labels.empty()) model->set_rt_info(options.labels, "model_info", "labels");
  return model;
}

// Writes model.xml and model.bin, and metadata.yaml unless `metadata` is empty; gives the folder.
inline std::filesystem::path write_graph(const TempFolder& folder, const GraphOptions& options, const std::string& metadata) {
  ov::save_model(small_graph(options), folder.path() / "model.xml", false);
  if (!metadata.empty()) folder.write("metadata.yaml", metadata);
  return folder.path();
}

}  // namespace hazard::detect
