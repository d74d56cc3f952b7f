@web
Feature: A context that changes in a page

  Scenario: Another context takes effect at once, and nothing is reconciled
    Given a client with the snapshot "shop"
    And its provider is set
    And the context { "targetingKey": "u-1", "plan": "guest" }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "classic"
    When the context is set to { "targetingKey": "u-1", "plan": "member" } without waiting
    And the string flag "checkout" is asked for with the default "none"
    Then the value is "express"
    And the status is READY at once
    And the events are PROVIDER_READY, PROVIDER_CONTEXT_CHANGED, PROVIDER_CONTEXT_CHANGED
