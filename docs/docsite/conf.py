# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx settings of the documentation site that `make docs` builds. No page of another site is fetched, so that the
site can be built, and its warnings be errors, without a network."""

from __future__ import annotations

project = "perimeter.s3"
copyright = "perimeter.s3 contributors"  # noqa: A001 - Sphinx asks for this name
title = "perimeter.s3"
html_short_title = title

extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
display_version = False
html_use_smartypants = True
html_use_modindex = False
html_use_index = False
html_copy_source = False
nitpicky = False
# Labels of other collections and of Ansible itself are not on this site, nor are Ansible's environment variables.
suppress_warnings = ["ref.ref", "ref.envvar"]

ansible_options: dict[str, str] = {}
