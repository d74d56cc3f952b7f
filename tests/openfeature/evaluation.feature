Feature: Evaluating a flag
  What an application gets from OpenFeature's client, whichever SDK it uses.

  Background:
    Given the snapshot "shop" is in force
    And its provider is set

  Scenario Outline: A flag of each type has its value
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <value>

    Examples:
      | type    | flag      | default                | value                                                              |
      | boolean | gift-wrap | false                  | true                                                               |
      | string  | greeting  | "Hello"                | "Hi"                                                               |
      | number  | page-size | 99                     | 12                                                                 |
      | number  | discount  | 0.1                    | 0.25                                                               |
      | object  | layout    | { "columns": 1 }       | { "columns": 3, "title": "Shop", "wide": false, "margins": [8, 16] } |

  Scenario Outline: A value that JavaScript holds for false, or for nothing, is a value
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <value>
    And the reason is <reason>
    And there is no error

    Examples:
      | type    | flag       | default  | value | reason   |
      | boolean | old-search | true     | false | DISABLED |
      | number  | nothing    | 7        | 0     | STATIC   |
      | string  | silence    | "noise?" | ""    | STATIC   |

  Scenario Outline: The details say which variant was served, and why
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <value>
    And the variant is "<variant>"
    And the reason is <reason>
    And the details are those of "<flag>"
    And there is no error

    Examples:
      | type    | flag       | default | value     | variant | reason   |
      | boolean | gift-wrap  | false   | true      | on      | STATIC   |
      | string  | greeting   | "Hello" | "Hi"      | casual  | STATIC   |
      | number  | page-size  | 99      | 12        | small   | STATIC   |
      | number  | discount   | 0.1     | 0.25      | sale    | STATIC   |
      | string  | silence    | "a"     | ""        | none    | STATIC   |
      | string  | checkout   | "none"  | "classic" | off     | DEFAULT  |
      | boolean | old-search | true    | false     | off     | DISABLED |

  Scenario: The members of an object have their types
    When the object flag "layout" is asked for with the default {}
    Then its member "columns" is 3
    And its member "title" is "Shop"
    And its member "wide" is false
    And its member "margins" is [8, 16]
    And the variant is "grid"
    And the reason is STATIC

  Scenario: An object in place of nothing
    When the object flag "layout" is asked for with the default null
    Then its member "columns" is 3
    And there is no error

  Scenario Outline: A flag that is not there
    When the <type> flag "no-such-flag" is asked for with the default <default>
    Then the value is <default>
    And there is no variant
    And the reason is ERROR
    And the error is FLAG_NOT_FOUND, "the snapshot has no flag `no-such-flag`"

    Examples:
      | type    | default        |
      | boolean | true           |
      | string  | "as it was"    |
      | number  | 0.1            |
      | object  | { "a": 1 }     |
      | object  | null           |

  Scenario: Nobody can change what an evaluation says
    When the object flag "layout" is asked for with the default {}
    Then its metadata cannot be changed
    And its value cannot be changed

  Scenario Outline: A flag that is asked for as another type
    When the <type> flag "<flag>" is asked for with the default <default>
    Then the value is <default>
    And there is no variant
    And the reason is ERROR
    And the error is TYPE_MISMATCH

    Examples:
      | type    | flag      | default          |
      | boolean | greeting  | true             |
      | boolean | page-size | false            |
      | boolean | layout    | true             |
      | string  | gift-wrap | "on"             |
      | string  | page-size | "12"             |
      | string  | layout    | "{}"             |
      | number  | greeting  | 5                |
      | number  | gift-wrap | 1                |
      | number  | layout    | 0                |
      | object  | greeting  | { "a": 1 }       |
      | object  | gift-wrap | []               |
      | object  | page-size | null             |
