// Pixels of a report: how alike two pictures are, the part of a picture that may be kept, and that part with its box drawn. Called by
// workers and request handlers on whole encoded pictures; each call decodes for itself, so it is for pictures with hazards only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/detection.hpp"
#include "domain/frame.hpp"
#include "report/evidence_region.hpp"

namespace hazard::desk {

// A 64-bit difference hash (N. Krawetz, "Kind of Like That", 2013): the picture in 9 by 8 cells, a bit for each pair of neighbours.
// Pictures that show the same differ in few bits. Nothing for what cannot be decoded.
std::optional<std::uint64_t> likeness(domain::ByteView picture);

struct EvidencePicture {
  domain::Bytes jpeg;
  domain::SizePx size;
  int left = 0;  // where it was cut out of the whole
  int top = 0;
};

// The region of report::evidence_region as a JPEG, upright. Without a box, mode `frame` keeps the whole picture and `crop` nothing.
std::optional<EvidencePicture> cut_evidence(domain::ByteView picture, report::EvidenceMode mode,
                                            const std::optional<domain::PixelBox>& box);

// A kept picture with its hazard's box and label drawn; the box is in pixels of the kept picture.
std::optional<domain::Bytes> plot_evidence(domain::ByteView jpeg, const domain::PixelBox& box_in_jpeg,
                                           const std::string& class_name, float confidence);

}  // namespace hazard::desk
