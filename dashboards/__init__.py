"""From orders to people: pages for the dispatcher, the map, the HTTP interface and its exports."""
