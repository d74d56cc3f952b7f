Feature: Evaluating for a context

  Background:
    Given the snapshot "shop" is in force
    And its provider is set

  Scenario: An attribute decides
    Given the context { "targetingKey": "u-1", "plan": "member" }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "express"
    And the reason is TARGETING_MATCH

  Scenario Outline: A rule may serve what JavaScript holds for false, or for nothing
    Given the context { "targetingKey": "u-1", "plan": "member" }
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <value>
    And the reason is TARGETING_MATCH
    Given the context { "targetingKey": "u-1", "plan": "guest" }
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <otherwise>
    And the reason is DEFAULT

    Examples:
      | type    | flag       | default    | value | otherwise         |
      | boolean | newsletter | true       | false | true              |
      | string  | notice     | "a"        | ""    | "Become a member" |
      | number  | fee        | 1          | 0     | 4.9               |
      | object  | extras     | { "a": 1 } | {}    | { "wrap": 2 }     |

  Scenario Outline: An attribute that is not there, or null, or of another type
    Given the context <context>
    When the number flag "fee" is asked for with the default 1
    Then the value is 4.9
    And the reason is DEFAULT
    And there is no error

    Examples:
      | context                                            |
      | {}                                                 |
      | { "targetingKey": "u-1" }                          |
      | { "targetingKey": "u-1", "plan": null }            |
      | { "targetingKey": "u-1", "plan": 5 }               |
      | { "targetingKey": "u-1", "plan": ["member"] }      |
      | { "targetingKey": "Świętopełk", "plan": "Member" } |

  Scenario: The context stays as it is
    Given the context { "targetingKey": "u-1", "plan": "member", "address": { "country": "AT" } }
    When the string flag "checkout" is asked for with the default "none"
    Then the context still is { "targetingKey": "u-1", "plan": "member", "address": { "country": "AT" } }

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
