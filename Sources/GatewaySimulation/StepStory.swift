import Vocabulary

/// A step as a person reads it.
extension Step {
  var name: String {
    switch self {
    case .publish: "publish"
    case .deliver: "deliver"
    case .pass: "pass"
    case .setClock: "set clock"
    case .tick: "tick"
    case .fail: "fail"
    case .kill: "kill"
    case .restart: "restart"
    case .loseSession: "lose session"
    case .send: "send"
    case .act: "act"
    case .reload: "reload"
    }
  }

  var story: String {
    switch self {
    case .publish(let message): "publish \(message.topic) \(String(decoding: message.payload, as: UTF8.self))"
    case .deliver(let count, let shuffle, let answer):
      "deliver \(count)\(shuffle == nil ? "" : ", shuffled"), answer \(answer)"
    case .pass(let milliseconds): "pass \(milliseconds) ms"
    case .setClock(let change): "set the gateway's clock by \(change) ms"
    case .fail(let trouble, let after, let length, let cut):
      "fail \(trouble) after \(after) writes, for \(length)\(cut == nil ? "" : ", with a power cut")"
    case .kill(let cut): cut == nil ? "kill" : "power cut"
    case .send(let count, let isConfirmed): "send \(count)\(isConfirmed ? "" : ", unconfirmed")"
    case .act(let ticket, let act): "\(act) ticket \(ticket)"
    case .reload(let form): "reload the \(form) profile"
    case .tick, .restart, .loseSession: name
    }
  }
}
