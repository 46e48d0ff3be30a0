import ArgumentParser
import ControlProtocol

/// What is the same for all commands: `forewarn help topics` lists them, `forewarn help TOPIC` tells one.
enum HelpTopics {
  struct Topic: Sendable {
    var name: String
    var about: String
    var text: String
  }

  static let all = [
    Topic(
      name: "exit-codes", about: "what a command ends with",
      text: """
          0    done
          1    done, with a negative answer: a check that found faults, a status that isn't ready, a wait that timed out
          2    failed
          3    the daemon isn't reachable
          4    no such object
          5    firmware gate: stop the rollout
          64   wrong use
          77   not permitted
          130  interrupted
        check --format nagios ends with Nagios's own: 0 ok, 1 warning, 2 critical, 3 unknown.
        """),
    Topic(
      name: "output", about: "tables, JSON, CSV, fields, colour",
      text: """
        -o table   columns for people; through a pipe they are separated by tabs. It is a part of the JSON.
        -o wide    the same with more columns, and times in local time
        -o json    everything: {"schema": "forewarn.ticket.list/1", "items": […]}. Fields are only ever added to a schema.
        -o ndjson  an object a line
        -o csv     the scalar fields, inner ones by their path
        -o name    one id a line, for xargs
        --json id,device,probability.mean   only these fields
        --no-headers, --quiet, --utc; --color auto|always|never, which comes before NO_COLOR, and that before CLICOLOR_FORCE
        Results go to standard output, remarks and progress to standard error; progress only where a terminal reads it, and not
        with --quiet.
        """),
    Topic(
      name: "filters", about: "narrowing and sorting lists by any field",
      text: """
        -l batch=B17,firmware!=3.2.1,probability>0.8   all of the conditions must hold
          = != < <= > >=   of an interval its mean counts; versions are compared as such (3.10 comes after 3.9)
          field            it is known; !field: it isn't
          opened_at>-24h   times as `forewarn help times` says
        --sort-by -probability   the greatest first
        --limit 20               after that
        Commands have filters of their own beside (--state, --batch, …), which the daemon applies.
        """),
    Topic(
      name: "times", about: "how times are typed and shown",
      text: """
        Typed: RFC 3339 (2025-06-01T12:00:00Z), a date (00:00 UTC), now, today, yesterday, tomorrow (from 00:00 UTC), or a
        time from now: 7d ahead, -24h back. Lengths: 90 (seconds), 30s, 5m, 2h, 7d.
        Shown: in tables how long ago; with -o wide local time ($TZ); with --utc and in JSON RFC 3339 in UTC.
        """),
    Topic(
      name: "environment", about: "variables that are heeded",
      text: """
        \(ControlSocket.environmentVariable)   the daemon's socket (else \(ControlSocket.defaultPath)); --socket comes first
        NO_COLOR          not empty: no colour
        CLICOLOR_FORCE    not 0: colour through a pipe, too
        TERM              dumb: no colour
        TZ                of the local times of -o wide
        """),
    Topic(
      name: "watching", about: "following what changes",
      text: """
        --watch of a list, a page or status draws it anew on a terminal. Through a pipe, and with -o ndjson, it is an object a
        line with its event: added, changed, removed. It outlives a restart of the daemon. --every 10s asks less often.
        Programs may rather read server-sent events: forewarn help api.
        """),
    Topic(
      name: "api", about: "the control API",
      text: """
        HTTP/1.1 on the daemon's socket: forewarn api GET /v1/tickets, or
          curl --unix-socket \(ControlSocket.defaultPath) http://localhost/v1/tickets
        /v1/openapi.json describes it. Errors are problem details (RFC 9457).
          curl -N --unix-socket … 'http://localhost/v1/tickets?watch=true'   tickets (or findings) as server-sent events
            limit=20 watches the first 20 of the list: what others push beyond is told as removed. synced, after what is
            there at first, has items and limit: where both are the same (the limit is 1000 unless you say), there may be more.
        """),
  ]

  /// The parser itself would answer with the help of everything.
  static func unknown(_ arguments: some Sequence<String>) -> Failure? {
    let words = Array(arguments)
    guard words.count == 2, words[0] == "help", !words[1].hasPrefix("-") else { return nil }
    let commands = Forewarn.configuration.subcommands.map { $0.configuration }
    guard !commands.contains(where: { $0.commandName == words[1] || $0.aliases.contains(words[1]) }) else { return nil }
    let meant = Suggestion.forMistyped(words, below: Forewarn.self).map { "did you mean forewarn \($0.meant)? " } ?? ""
    return Failure(
      .usage, "no command or topic is called \(words[1])",
      advice: meant + "forewarn --help lists the commands, forewarn help topics the topics")
  }

  /// What `forewarn help WORD` prints if WORD is a topic; `nil` if it is something else.
  static func text(for arguments: [String]) -> String? {
    guard arguments.count == 2, arguments[0] == "help" else { return nil }
    if arguments[1] == "topics" {
      let width = all.map(\.name.count).max() ?? 0
      let lines = all.map { topic in
        "  \(topic.name)\(String(repeating: " ", count: width - topic.name.count))  \(topic.about)\n"
      }
      return lines.joined() + "Commands: forewarn --help, forewarn help COMMAND.\n"
    }
    return all.first { $0.name == arguments[1] }.map { $0.text + "\n" }
  }
}
