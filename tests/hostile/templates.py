"""Templates that want out of the sandbox, or never end. ``@M@`` is a marker to be made, ``@F@`` a forbidden folder."""

from __future__ import annotations

REACHING = (
    "{{ lipsum.__globals__.os.popen('touch @M@').read() }}",
    "{{ cycler.__init__.__globals__.os.popen('touch @M@').read() }}",
    "{{ joiner.__init__.__globals__.__builtins__.open('@F@/x', 'w') }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__cl' ~ 'ass__'] }}",
    "{{ ()|attr('__class__') }}",
    "{{ [].__class__.__base__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context.environment }}",
    "{{ range.__self__ }}",
    "{{ dict.__init__ }}",
    "{{ (x for x in ()).gi_frame }}",
    "{{ '{0.__class__}'.format('') }}",
    "{{ '%s' | format(self.__class__) }}",
    "{% set f = 'x'.format %}{{ f(1) }}",
    "{{ ['x'] | map('attr', '__class__') | list }}",
    "{{ ['x'] | map(attribute='__class__') | list }}",
    "{{ ['x'] | groupby('__class__') }}",
    "{{ {'a b': 1} | xmlattr }}",
    "{% import 'os' as os %}{{ os.system('touch @M@') }}",
    "{% include '@F@/secret' %}",
    "{% include '/etc/hostname' %}",
    "{% include '../../../../etc/hostname' %}",
    "{% include 'link.j2' %}",
    "{% extends 'own.j2' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ undefined_folder }}/data",
)
HUGE = (
    "{{ 'a' * 10 ** 9 }}",
    "{{ 'x' | center(10 ** 9) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ ('a\n' * 90000) | indent(100000) }}",
    "{{ range(10 ** 9) | list }}",
    "{{ ('a' * 900000) | replace('a', 'b' * 900000) }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x | length }}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{{ i ~ j }}{% endfor %}{% endfor %}",
)
BROKEN = (
    "{% for %}",
    "{{ 'unclosed ",
    "{{ 1 / 0 }}",
    "{{ '\\ud800' }}",
    "{{ '\\x9b\\t' }}{{ 'x' | nofilter }}",
)
JINJA = (*REACHING, *HUGE, *BROKEN)
