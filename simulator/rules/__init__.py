"""The rule book: every equation of the model, once, as a small function of the records it is given.

Rule numbers E1-E76 are those of ``docs/model.md``. A rule reads and writes only its arguments;
random draws come in as uniforms or normal scores. Mesa agents and the compiled loop call the same functions.
"""
