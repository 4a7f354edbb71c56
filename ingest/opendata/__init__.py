"""A municipality from open data: the only part of the product that asks services on the internet for more than weather.

``place`` finds it, ``streets`` and ``cutout`` fetch its map, ``elevation`` its heights; ``fetch`` is the polite client.
"""
