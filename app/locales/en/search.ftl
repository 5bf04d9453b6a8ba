### Searching repositories.

search-title = Search
search-title-for = Search: { $words }
search-description = Find container images and other artifacts.

## The form, also that of the first page.

# Names the form for screen readers.
search-landmark = Search with filters
search-words = Name, owner or description
search-submit = Search
search-architecture = Architecture
search-system = System
search-kind = Kind
search-order = Order
# Any architecture, and any system.
search-any = Any
search-kind-any = Any kind
search-kind-image = Container images
search-kind-helm = Helm charts
search-kind-sbom = SBOMs
search-kind-artifact = Other artifacts
search-order-pushed = Last pushed
search-order-stars = Most stars
search-signed = Signed
search-readme = Has a README
search-starred = Has stars

## What is found.

search-most-stars = Most stars
search-recent = Recently pushed
search-matches = What matches
search-matches-for = What matches “{ $words }”
search-found-none = Nothing found
search-found =
    { $count ->
        [one] { $count } repository found
       *[other] { $count } repositories found
    }
# On the first of several pages.
search-found-first =
    { $count ->
        [one] The first { $count } repository
       *[other] The first { $count } repositories
    }
# On a page between the first and the last.
search-found-more =
    { $count ->
        [one] { $count } repository more
       *[other] { $count } repositories more
    }
# On the last of several pages.
search-found-last =
    { $count ->
        [one] The last { $count } repository
       *[other] The last { $count } repositories
    }
search-paging = Pages of results
search-paging-first = First page
search-paging-next = Next page
search-empty = Nothing has been pushed yet
search-empty-words = The first push makes the first repository. What was pushed a moment ago appears here shortly.
# Leads to the commands of the first page, here, on the first page and on pages of people.
search-empty-push = How to push
search-nothing = Nothing matches
search-nothing-words = Try fewer words or filters. What was pushed a moment ago can be found shortly.
search-nothing-everything = Show everything
