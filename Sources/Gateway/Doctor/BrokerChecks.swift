import ControlProtocol

/// The way to the broker, and what the broker lost of what it had acknowledged.
enum BrokerChecks {
  static let all = [connection, droppedMessages, session]

  static let connection = Check("broker-connection") { patient in
    let broker = patient.status.broker
    guard broker.connected else {
      return .fault(
        broker.lastError ?? "not connected to \(broker.url) yet",
        fix: "check that the broker runs and that broker.url, username and password_file are right")
    }
    return .sound("connected to \(broker.url)")
  }

  /// Publishers saw these acknowledged: there is no other sign of them.
  static let droppedMessages = Check("broker-dropped") { patient in
    let broker = patient.status.broker
    guard let figure = broker.dropped else {
      return .sound("the broker doesn't publish how many messages it dropped")
    }
    guard patient.losses.tellsOfDrops(at: patient.now) else {
      return .sound("none of ours since it was last seen to (the broker's own figure: \(figure), of all its clients)")
    }
    return .fault(
      "the broker dropped \(broker.droppedSince ?? 0) messages while our session stood",
      fix: "set max_queued_messages 0 and max_queued_bytes to what fits into memory in the broker's configuration (see "
        + "mosquitto-forewarn.conf), restart it, then: forewarn doctor --acknowledge")
  }

  static let session = Check("broker-session") { patient in
    let broker = patient.status.broker
    guard patient.losses.tellsOfSessions(at: patient.now) else {
      return .sound("the broker kept our session, or it is new")
    }
    return .fault(
      "the broker had forgotten our session \(broker.sessionsLost ?? 0) times, and what it had queued in it",
      fix:
        "set persistence true and a short autosave_interval in the broker's configuration, let no other client use the "
        + "client id, then: forewarn doctor --acknowledge")
  }
}
