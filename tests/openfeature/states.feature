Feature: What an application learns of the provider
  The provider follows a client, which fetches snapshots.

  Scenario Outline: Before there is a snapshot
    Given a client without a snapshot
    And its provider is set without waiting
    Then the status is NOT_READY
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <default>
    And the error is PROVIDER_NOT_READY

    Examples:
      | type    | flag      | default    |
      | boolean | gift-wrap | false      |
      | string  | greeting  | "Hello"    |
      | number  | page-size | 0.5        |
      | object  | layout    | { "a": 1 } |

  Scenario: Ready with the first snapshot
    Given a client without a snapshot
    And its provider is set without waiting
    When the client gets the snapshot "shop"
    Then the status is READY
    And the events are PROVIDER_READY
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the value is true

  Scenario: Ready at once where there is a snapshot
    Given a client with the snapshot "shop"
    And its provider is set without waiting
    Then the status is READY at once
    And the events are PROVIDER_READY

  Scenario: The first attempt fails, and a later one does not
    Given a client without a snapshot
    And its provider is set without waiting
    When the client fails with "503 for /flags.json"
    Then the status is ERROR
    And the events are PROVIDER_ERROR
    And the message of the last event is "503 for /flags.json"
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the value is false
    And the error is PROVIDER_NOT_READY
    When the client fails with "504 for /flags.json"
    Then the events are PROVIDER_ERROR, PROVIDER_ERROR
    And the message of the last event is "504 for /flags.json"
    When the client gets the snapshot "shop"
    Then the status is READY
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the value is true

  Scenario: Who waits for a provider learns why it is not ready
    Given a client without a snapshot
    And its provider is set
    When the client fails with "503 for /flags.json"
    Then to set the provider fails with "503 for /flags.json"

  Scenario: A failure with a snapshot in force
    Given a client with the snapshot "shop"
    And its provider is set
    When the client fails with "503 for /flags.json"
    Then the status is READY
    And the events are PROVIDER_READY
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the value is true

  Scenario: A snapshot that may be out of date, until there is another
    Given a client with the snapshot "shop"
    And its provider is set
    When the client's snapshot becomes stale
    Then the status is STALE
    And the events are PROVIDER_READY, PROVIDER_STALE
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the value is true
    When the client gets the snapshot "shop-next"
    Then the status is READY

  Scenario: A snapshot that is out of date already
    Given a client with the snapshot "shop"
    And the client's snapshot is stale
    And its provider is set
    Then the status is STALE
    And the events are PROVIDER_READY, PROVIDER_STALE

  Scenario: The first snapshot is an old one
    Given a client without a snapshot
    And its provider is set without waiting
    When the client finds the old snapshot "shop"
    Then the status is STALE
    And the events are PROVIDER_READY, PROVIDER_STALE

  Scenario: Another snapshot
    Given a client with the snapshot "shop"
    And its provider is set
    When the string flag "greeting" is asked for with the default "Hello"
    Then the value is "Hi"
    And the metadata is { "version": "2026-11-20.1", "backendReason": "default" }
    When the client gets the snapshot "shop-next"
    Then the events are PROVIDER_READY, PROVIDER_CONFIGURATION_CHANGED
    And the flags changed are "gift-wrap", "greeting", "wish-list"
    When the string flag "greeting" is asked for with the default "Hello"
    Then the value is "Good day"
    And the metadata is { "version": "2026-11-21.1", "backendReason": "default" }

  Scenario: A provider that was replaced hears no more
    Given a client with the snapshot "shop"
    And its provider is set
    When another provider takes its place
    Then nobody listens to the client
    And the client is not closed

  Scenario: An evaluator without a client
    Given the snapshot "shop" is in force
    And its provider is set
    When the evaluator loads the snapshot "shop-next"
    Then the events are PROVIDER_READY, PROVIDER_CONFIGURATION_CHANGED
    And the flags changed are "gift-wrap", "greeting", "wish-list"
    When the string flag "greeting" is asked for with the default "Hello"
    Then the metadata is { "version": "2026-11-21.1", "backendReason": "default" }

  Scenario: An evaluator without a client and without a snapshot
    Given no snapshot is in force
    And its provider is set
    Then to set the provider fails with "no snapshot has been loaded"
    And the status is ERROR
    When the evaluator loads the snapshot "shop"
    Then the status is READY
    And the events are PROVIDER_ERROR, PROVIDER_READY, PROVIDER_CONFIGURATION_CHANGED
