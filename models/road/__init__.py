"""The road surface: temperature, water, ice, frost and snow of every street, hour by hour, from the weather.

Energy and water balance after FMI RoadSurf's published equations (Karsisto 2024, GMD 17, 4837), written anew with an
implicit column and closed budgets. Begin reading at ``run.py``; every equation stands in ``docs/road-model.md``.
"""
