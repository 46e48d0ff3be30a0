import ArgumentParser
import ControlProtocol

/// What `forewarn check` can look at.
enum CheckedFigure: String, ExpressibleByArgument, CaseIterable {
  case state, lag, broker, dropped, quarantine, tickets, findings, database
  case unknownDevices = "unknown-devices"

  var meaning: String {
    switch self {
    case .state: "the daemon's state word"
    case .lag: "seconds from arrival to commit of the newest message"
    case .broker: "1 while the broker isn't connected, else 0"
    case .quarantine: "messages in quarantine"
    case .tickets: "tickets that someone may act on"
    case .findings: "findings that aren't cleared"
    case .database: "bytes of the database with its log"
    case .unknownDevices: "devices made up by their reports alone"
    case .dropped: "messages the broker has dropped while our session stood"
    }
  }

  var unit: String {
    switch self {
    case .lag: "s"
    case .database: "B"
    case .dropped: "c"
    case .state, .broker, .quarantine, .tickets, .findings, .unknownDevices: ""
    }
  }

  func value(of status: StatusReport) -> Double? {
    switch self {
    case .state: status.state == .ready ? 0 : status.state == .starting ? 1 : 2
    case .lag: status.lagSeconds
    case .broker: status.broker.connected ? 0 : 1
    case .quarantine: Double(status.quarantine.messages)
    case .tickets: Double(status.tickets.open)
    case .findings: Double(status.findings.live)
    case .database: Double(status.database.bytes)
    case .unknownDevices: (status.limits?.unknownDevices).map(Double.init)
    case .dropped: status.broker.droppedSince.map(Double.init)
    }
  }
}
