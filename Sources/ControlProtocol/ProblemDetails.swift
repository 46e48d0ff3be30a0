/// An error answer as RFC 9457 has it, sent as `application/problem+json`.
package struct ProblemDetails: Error, Hashable, Sendable, Codable {
  package static let contentType = "application/problem+json"

  package var type: String
  /// What went wrong, the same for each such error: `no such ticket`.
  package var title: String
  package var status: Int
  /// What went wrong here, and what to do next.
  package var detail: String

  package init(status: Int, title: String, detail: String, type: String = "about:blank") {
    self.type = type
    self.title = title
    self.status = status
    self.detail = detail
  }

  private enum CodingKeys: String, CodingKey { case type, title, status, detail }

  /// RFC 9457 lets a server leave out any member, so none is required but the status.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    status = try container.decode(Int.self, forKey: .status)
    type = try container.decodeIfPresent(String.self, forKey: .type) ?? "about:blank"
    title = try container.decodeIfPresent(String.self, forKey: .title) ?? "HTTP status \(status)"
    detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
  }
}
