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

  Scenario: Two parts of a page with contexts of their own share a provider
    Given a client with the snapshot "shop"
    And its provider is set
    And the context { "targetingKey": "u-1", "plan": "member" }
    And the provider is set for another part too, with the context { "targetingKey": "u-2", "plan": "guest" }
    When the string flag "checkout" is asked for with the default "none"
    Then the value is "express"
    And the other part's string flag "checkout" is "classic"
