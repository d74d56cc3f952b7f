Feature: Evaluating for a context

  Background:
    Given the snapshot "shop" is in force
    And its provider is set

  Scenario: An attribute decides
    Given the context { "targetingKey": "u-1", "plan": "member" }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "express"
    And the reason is TARGETING_MATCH

  Scenario: Numbers, and objects within the context
    Given the context { "targetingKey": "u-1", "age": 18, "address": { "country": "AT" } }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "express"

  Scenario: Another context, another value
    Given the context { "targetingKey": "u-1", "age": 17, "address": { "country": "AT" } }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "classic"
    Given the context { "targetingKey": "u-1", "age": 64, "address": { "country": "DE" } }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "express"

  Scenario: The targeting key decides
    Given the context { "targetingKey": "u-9", "plan": "member" }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "classic"
    And the reason is TARGETING_MATCH
    And the metadata is { "version": "2026-11-20.1", "backendReason": "denied" }

  Scenario Outline: A rollout needs a targeting key
    Given the context <context>
    When the boolean flag "everyone" is asked for with the default false
    Then the value is <value>
    And the reason is <reason>

    Examples:
      | context                   | value | reason  |
      | { "targetingKey": "u-1" } | true  | SPLIT   |
      | {}                        | false | DEFAULT |

  Scenario Outline: A date
    Given the context has the date <date> as "joined"
    When the boolean flag "early-bird" is asked for with the default false
    Then the value is <value>

    Examples:
      | date                     | value |
      | 2026-04-30T23:59:59.999Z | true  |
      | 2026-05-01T00:00:00.000Z | false |

  Scenario: The metadata say which rule of which snapshot it was
    Given the context { "targetingKey": "u-1", "plan": "member" }
    When the string flag "checkout" is asked for with the default "none"
    Then the metadata is { "version": "2026-11-20.1", "ruleId": "members", "backendReason": "rule" }
    When the boolean flag "gift-wrap" is asked for with the default false
    Then the metadata is { "version": "2026-11-20.1", "backendReason": "default" }
