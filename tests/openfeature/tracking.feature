Feature: Tracking

  Scenario: What is tracked goes to the flags that count
    Given flags that track, with the snapshot "shop"
    And its provider is set
    And the context { "targetingKey": "u-1", "plan": "member" }
    When "purchase" is tracked with { "value": 99.5, "currency": "EUR" }
    Then what was tracked is "purchase" for { "targetingKey": "u-1", "plan": "member" } with { "value": 99.5, "currency": "EUR" }

  Scenario: What is tracked goes where the application says
    Given the snapshot "shop" is in force
    And its provider is set with a function that tracks
    And the context { "targetingKey": "u-2" }
    When "sign-up" is tracked with {}
    Then what was tracked is "sign-up" for { "targetingKey": "u-2" } with {}

  Scenario: Nobody to track for
    Given the snapshot "shop" is in force
    And its provider is set
    When "purchase" is tracked with { "value": 1 }
    Then nothing was tracked
    And the status is READY
