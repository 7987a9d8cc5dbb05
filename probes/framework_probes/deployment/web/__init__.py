"""JavaScript runtimes: what runs in a page and in Node, and the page's server."""
