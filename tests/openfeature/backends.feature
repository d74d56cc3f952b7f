Feature: Evaluating a backend's own format
  Such formats say nothing of a flag's type that can be relied on: what counts is the value.

  Background:
    Given the snapshot "orchestrator" is in force
    And its provider is set

  Scenario: The backend's own word for why
    When the string flag "model" is asked for with the default "large"
    Then the value is "small"
    And there is no variant
    And there is no error
    And the metadata is { "backendReason": "DEFAULT" }

  Scenario: A value of another type than the flag's other values
    When the number flag "limit" is asked for with the default 1
    Then the value is 4
    Given the context { "tenant": { "type": "enterprise" } }
    When the number flag "limit" is asked for with the default 1
    Then the value is 1
    And the reason is ERROR
    And the error is TYPE_MISMATCH, "the value of the flag `limit` is of type string, not of type number"
    When the string flag "limit" is asked for with the default "none"
    Then the value is "unlimited"
    And the metadata is { "ruleId": "enterprise", "backendReason": "TARGETING_MATCH" }

  Scenario Outline: Every other type is a mismatch
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <default>
    And the error is TYPE_MISMATCH

    Examples:
      | type    | flag    | default |
      | boolean | model   | true    |
      | number  | model   | 1       |
      | object  | model   | {}      |
      | boolean | limit   | true    |
      | string  | limit   | "a"     |
      | object  | limit   | [4]     |
      | boolean | regions | false   |
      | string  | regions | "eu"    |
      | number  | regions | 2       |

  Scenario: A list is an object
    When the object flag "regions" is asked for with the default []
    Then the value is ["eu", "us"]

  Scenario Outline: A null is an object to those alone who have null for a default
    When the <type> flag "unset" is asked for with the default <default>
    Then the value is <default>
    And the error is <error>

    Examples:
      | type    | default | error                                                                     |
      | object  | {}      | TYPE_MISMATCH, "the value of the flag `unset` is null, not of type object" |
      | string  | "a"     | TYPE_MISMATCH, "the value of the flag `unset` is null, not of type string" |

  Scenario: A null where null is the default
    When the object flag "unset" is asked for with the default null
    Then the value is null
    And there is no error
