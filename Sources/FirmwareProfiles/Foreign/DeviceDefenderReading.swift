import Vocabulary

/// A device-side metrics report of AWS IoT Device Defender, JSON or CBOR, with long names or short ones.
///
/// Metrics get the long names, joined by dots: `network_stats.bytes_in`, `tcp_connections.established_connections.total`.
/// A custom metric that is a number has its own name; a list gives `<name>.count`, a list of numbers also `.sum`, `.min`,
/// `.max` and `.mean`.
struct DeviceDefenderReading {
  let receivedAt: EventTime

  /// A report id is by convention the time in seconds; one this far from the receipt is a mere number.
  private static let plausibleMilliseconds = 31 * EventTime.day

  func saying(_ root: JSONNode) throws(Rejection) -> Saying {
    guard root.isObject else { throw Rejection(.schema, "expected a report, found \(root.description)") }
    guard let header = root.member("header", "hed"), header.isObject else {
      throw Rejection(.schema, "header (hed) is missing: expected {\"report_id\", \"version\"}")
    }
    guard let id = header.member("report_id", "rid") else {
      throw Rejection(.schema, "header: report_id (rid) is missing")
    }
    guard let number = id.integer, number >= 0 else {
      throw Rejection(.schema, "header: report_id: expected a whole number ≥ 0, found \(id.description)")
    }
    if let version = header.member("version", "v") {
      guard version.isString, let text = version.string, text == "1" || text.hasPrefix("1.") else {
        throw Rejection(.unsupported, "header: version: expected \"1.0\", found \(version.description)")
      }
    }
    let metrics = root.member("metrics", "met")
    let custom = root.member("custom_metrics", "cmet")
    guard metrics != nil || custom != nil else {
      throw Rejection(.schema, "expected metrics (met), custom_metrics (cmet) or both")
    }
    var saying = Saying()
    identify(&saying, by: number)
    if let metrics { try read(metrics, into: &saying) }
    if let custom { try readCustom(custom, into: &saying) }
    saying.unknownItems += root.countMembers(notIn: ["header", "hed", "metrics", "met", "custom_metrics", "cmet"])
    return saying
  }

  /// The report id is an identity of the device's: as a time where it is one, else as a running number.
  private func identify(_ saying: inout Saying, by number: Int64) {
    if number < Int64.max / 1000, abs(number * 1000 - receivedAt.milliseconds) <= Self.plausibleMilliseconds {
      saying.time = EventTime(milliseconds: number * 1000)
      saying.digest = Digest.mix(UInt64(bitPattern: number) ^ 0x6465_6665_6e64_6572)
    } else {
      saying.sequence = number
      saying.boot = Report.leapingBoot
    }
  }

  private func read(_ metrics: JSONNode, into saying: inout Saying) throws(Rejection) {
    guard metrics.isObject else {
      throw Rejection(.schema, "metrics: expected an object, found \(metrics.description)")
    }
    for key in metrics.keys {
      switch Self.long(key.string ?? "", Self.blocks) {
      case "listening_tcp_ports": try readList(key.value, "ports", "pts", as: "listening_tcp_ports", into: &saying)
      case "listening_udp_ports": try readList(key.value, "ports", "pts", as: "listening_udp_ports", into: &saying)
      case "network_stats":
        let stats = try object(key.value, "network_stats")
        for counter in stats.keys {
          let name = Self.long(counter.string ?? "", Self.counters)
          saying.metrics.append(("network_stats.\(name)", MetricValue(counter.value)))
        }
      case "tcp_connections":
        let connections = try object(key.value, "tcp_connections")
        for kind in connections.keys {
          let name = Self.long(kind.string ?? "", ["ec": "established_connections"])
          try readList(kind.value, "connections", "cs", as: "tcp_connections.\(name)", into: &saying)
        }
      default: saying.unknownItems += 1
      }
    }
  }

  /// `{"ports": […], "total": 3}`: either may be left out; a total that is, is the list's length.
  private func readList(
    _ node: JSONNode, _ list: String, _ short: String, as name: String, into saying: inout Saying
  ) throws(Rejection) {
    let block = try object(node, name)
    let entries = block.member(list, short)
    if let entries, !entries.isArray {
      throw Rejection(.schema, "\(name).\(list): expected a list, found \(entries.description)")
    }
    if let total = block.member("total", "t") {
      saying.metrics.append(("\(name).total", MetricValue(total)))
    } else if let entries {
      saying.metrics.append(("\(name).total", .number(Double(entries.elements.reduce(0) { count, _ in count + 1 }))))
    }
  }

  private func readCustom(_ custom: JSONNode, into saying: inout Saying) throws(Rejection) {
    guard custom.isObject else {
      throw Rejection(.schema, "custom_metrics: expected an object, found \(custom.description)")
    }
    for key in custom.keys {
      let name = key.string ?? ""
      let shown = name.escaped(maximum: 40)
      guard key.value.isArray else {
        throw Rejection(
          .schema,
          "custom_metrics: \"\(shown)\" must be a list with one object, such as [{\"number\": 1}]; "
            + "found \(key.value.description)")
      }
      let entries = Array(key.value.elements.prefix(2))
      guard entries.count == 1, entries[0].isObject, let kind = entries[0].keys.first(where: { _ in true }),
        entries[0].keys.reduce(0, { count, _ in count + 1 }) == 1
      else {
        throw Rejection(
          .schema,
          "custom_metrics: \"\(shown)\" must hold one object with one of number, number_list, string_list, ip_list")
      }
      try readCustom(name, shown, kind: kind.string ?? "", kind.value, into: &saying)
    }
  }

  private func readCustom(
    _ name: String, _ shown: String, kind: String, _ value: JSONNode, into saying: inout Saying
  ) throws(Rejection) {
    switch kind {
    case "number":
      guard let number = value.number else {
        throw Rejection(.schema, "custom_metrics: \"\(shown)\": expected a number, found \(value.description)")
      }
      saying.metrics.append((name, .number(number)))
    case "number_list", "string_list", "ip_list":
      guard value.isArray else {
        throw Rejection(.schema, "custom_metrics: \"\(shown)\": \(kind) must be a list, found \(value.description)")
      }
      let entries = Array(value.elements)
      saying.metrics.append(("\(name).count", .number(Double(entries.count))))
      guard kind == "number_list" else {
        guard entries.allSatisfy(\.isString) else {
          throw Rejection(.schema, "custom_metrics: \"\(shown)\": \(kind) must hold text alone")
        }
        return
      }
      let numbers = entries.compactMap(\.number)
      guard numbers.count == entries.count else {
        throw Rejection(.schema, "custom_metrics: \"\(shown)\": number_list must hold numbers alone")
      }
      guard let least = numbers.min(), let most = numbers.max() else { return }
      let sum = numbers.reduce(0, +)
      saying.metrics += [
        ("\(name).sum", .number(sum)), ("\(name).min", .number(least)), ("\(name).max", .number(most)),
        ("\(name).mean", .number(sum / Double(numbers.count))),
      ]
    default:
      throw Rejection(
        .schema,
        "custom_metrics: \"\(shown)\": expected number, number_list, string_list or ip_list, "
          + "found \"\(kind.escaped(maximum: 40))\"")
    }
  }

  private func object(_ node: JSONNode, _ name: String) throws(Rejection) -> JSONNode {
    guard node.isObject else {
      throw Rejection(.schema, "\(name.escaped(maximum: 60)): expected an object, found \(node.description)")
    }
    return node
  }

  private static let blocks = [
    "tp": "listening_tcp_ports", "up": "listening_udp_ports", "ns": "network_stats", "tc": "tcp_connections",
  ]
  private static let counters = ["bi": "bytes_in", "bo": "bytes_out", "pi": "packets_in", "po": "packets_out"]

  private static func long(_ name: String, _ names: [String: String]) -> String { names[name] ?? name }
}

extension JSONNode {
  fileprivate func member(_ long: String, _ short: String) -> JSONNode? {
    guard let value = member(long) ?? member(short), !value.isNull else { return nil }
    return value
  }

  fileprivate func countMembers(notIn names: [String]) -> Int {
    keys.reduce(0) { count, key in names.contains(key.string ?? "") ? count : count + 1 }
  }
}
