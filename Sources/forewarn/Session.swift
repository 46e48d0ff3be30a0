import ControlProtocol
import FoundationEssentials
import Terminal

/// One command's conversation with the daemon and its printing: what all nouns have in common.
struct Session {
  var client: ControlClient
  var output: OutputOptions

  init(_ connection: Connection, _ output: OutputOptions) {
    client = connection.client
    self.output = output
  }

  /// Prints a list that the query's filters narrow, once or as it changes.
  func list(
    _ listing: Listing, _ path: String, filters: [(name: String, value: String?)], _ selection: ListOptions
  ) async throws {
    let (limit, refinement) = (selection.limit.limit, selection.refinement)
    let most = Self.isStreamed(path) ? ListOptions.mostOfLarge : ListOptions.most
    // Where all are looked through anyway, all that match are shown.
    let shown = limit ?? (refinement.needsAll ? nil : ListOptions.byDefault)
    let asked = refinement.needsAll ? most : shown
    let query = Route.query(path, filters + [("limit", asked.map { String($0) })])
    let isFiltered = refinement.conditions != nil || filters.contains { $0.value != nil }
    func ask() async throws -> [UInt8] {
      let body = try await get(query)
      guard refinement.needsAll, case .object(let members) = try Self.value(in: body) else { return body }
      var items = try Self.items(in: body)
      if items.count == most {
        if let all = try await everyItem(path, filters: filters, refinement.conditions) {
          items = all
        } else {
          output.remark("only the first \(Phrase.count(most)) were looked at: narrow them by the command's own filters")
        }
      }
      let chosen = try refinement.applied(to: items, limit: shown)
      let changed = members.map { $0.name == "items" ? JSONValue.Member("items", .array(chosen)) : $0 }
      return Array(JSONValue.object(changed).description.utf8)
    }
    func table(_ body: [UInt8], _ screen: Screen) throws -> String {
      let items = try Self.items(in: body)
      guard !items.isEmpty else { return listing.emptyRemark(filtered: isFiltered) + "\n" }
      return listing.table(of: items, on: screen).text(on: screen, withHeaders: !output.noHeaders)
    }
    if selection.watching.watch { return try await watch(every: selection.watching.every, ask, page: table) }
    let body = try await ask()
    let count = try Self.items(in: body).count
    if !output.isTable {
      StandardStreams.print(try machine(body))
    } else if count > 0 {
      StandardStreams.print(try table(body, output.screen()))
    } else {
      output.remark(listing.emptyRemark(filtered: isFiltered))
    }
    // A script that takes the first thousand for all would not notice.
    if count == shown, count > 0 {
      output.remark("the first \(Phrase.count(count)) are shown; more with a larger --limit")
    }
  }

  /// Prints the object at a path, once or as it changes.
  func show(
    _ path: String, _ watching: WatchOptions, page: ([UInt8], Screen) throws -> String
  ) async throws {
    guard watching.watch else { return try show(try await get(path), page: page) }
    try await watch(every: watching.every, { try await get(path) }, page: page)
  }

  /// The same as a page of its fields; of several under that id, one page behind the other.
  func showFields(_ path: String, _ watching: WatchOptions) async throws {
    try await show(path, watching) { body, screen in
      try Self.items(in: body).map { FieldsPage.text($0, on: screen) }.joined(separator: "\n")
    }
  }

  /// Prints one object: as the daemon said it, or as the page made of it.
  func show(_ body: [UInt8], page: ([UInt8], Screen) throws -> String) throws {
    guard output.isTable else {
      return StandardStreams.print(try machine(body))
    }
    StandardStreams.print(try page(body, output.screen()))
  }

  func get(_ path: String) async throws -> [UInt8] { try await client.send(.init("GET", path)) }

  func machine(_ body: [UInt8]) throws -> [UInt8] {
    do {
      let bytes = try output.bytes(of: body)
      if output.format == .name, bytes.isEmpty, try !MachineOutput.items(in: body).isEmpty {
        output.remark("nothing here has a name of its own; -o json holds all")
      }
      return bytes
    } catch let error as JSONFault {
      throw Self.unreadable(error)
    }
  }

  static func items(in body: [UInt8]) throws -> [JSONValue] {
    do {
      return try MachineOutput.items(in: body)
    } catch {
      throw unreadable(error)
    }
  }

  static func value(in body: [UInt8]) throws -> JSONValue {
    do {
      return try JSONValue(reading: body)
    } catch {
      throw unreadable(error)
    }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw unreadable(error)
    }
  }

  private static func unreadable(_ error: any Error) -> Failure {
    Failure(
      .failed, "the daemon's answer can't be read: \(error)",
      advice: "forewarn and forewarnd may be of different versions; -o json prints the answer as it came")
  }
}
