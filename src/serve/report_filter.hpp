// Lists of reports and hazards as their query strings ask for them, and the form of a page of them (legacy-clients section 6). Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/records.hpp"
#include "wire/client_message.hpp"

namespace hazard::serve {

inline constexpr std::int64_t kListMost = 100;  // silently: so did the original

// Errors: bad_request (400), naming the parameter.
domain::Result<store::ReportFilter> read_report_filter(const wire::QueryPairs& pairs);
domain::Result<store::HazardFilter> read_hazard_filter(const wire::QueryPairs& pairs);

// Whether read_hazard_filter() filters by this name; paging and order do not.
bool filters_hazards(std::string_view name) noexcept;

// `"pagination":{page, limit, total, pages, totalPages}`, without the key.
std::string pagination_object(std::int64_t offset, std::int64_t limit, std::int64_t total);
// The parameters that filtered, as an object.
std::string filters_object(const wire::QueryPairs& pairs);

}  // namespace hazard::serve
