// The lines that `hazardstream detect` prints for one picture. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/error.hpp"
#include "domain/verdict.hpp"

namespace hazard::app {

// One JSON object with its line break: file, width, height, detections[{class_id, class_name, confidence, bbox[x1,y1,x2,y2]}],
// decode_ms, inference_ms. Pixels are those of the picture after its EXIF orientation.
std::string json_line(std::string_view file, const domain::FrameResult& result, const std::vector<std::string>& classes);
// The same for a picture that was refused: file, error, code.
std::string json_line(std::string_view file, const domain::Error& error);

// RFC 4180, a row per detection; a picture without any has no row.
std::string csv_header();
std::string csv_rows(std::string_view file, const domain::FrameResult& result, const std::vector<std::string>& classes);

}  // namespace hazard::app
