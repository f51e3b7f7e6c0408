# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bash completion of otrctl: all of it from its own verb table.

_otrctl ()
{
  local current=${COMP_WORDS[COMP_CWORD]} candidates='' verb subverb words options nth word
  local -a shown
  COMPREPLY=()
  while IFS=$'\t' read -r verb subverb words options; do
    if [ "$COMP_CWORD" = 1 ]; then
      candidates+=" $verb"
      continue
    fi
    [ "$verb" = "${COMP_WORDS[1]}" ] || continue
    nth=$((COMP_CWORD - 2))
    if [ "$subverb" != - ]; then
      [ "$nth" = 0 ] && candidates+=" $subverb"
      [ "$subverb" = "${COMP_WORDS[2]}" ] || continue
      nth=$((nth - 1))
    fi
    case $current in
      -*) candidates+=" $options" ;;
      *)
        read -r -a shown <<<"$words"
        # What may be left out may have been: a later word can stand here.
        for word in "${shown[@]:nth}"; do
          word=${word#[}
          word=${word%]}
          case $word in
            *'|'*) candidates+=" ${word//|/ }" ;;
            VERB) candidates+=" $(otrctl help --table 2>/dev/null | cut -f 1 | uniq)" ;;
          esac
        done ;;
    esac
  done < <(otrctl help --table 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}

complete -F _otrctl otrctl
