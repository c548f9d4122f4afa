#!/bin/sh
# One .env file: the password `abc#def` is `abc` for dotenv, `pa$word` is `pa` for uv, and task empties `${REGION}`.
#
# Behaviour: dotenv 18.0.10 (npm) begins a comment at each `#` outside quotes, the others at one after a blank. uv 0.13.9 and
# just 1.59.0 put in variables, also without braces, as a shell does; python-dotenv 1.2.4 puts in those with braces, in
# single quotes as well. Task 3.54.0 puts in only those of the file itself: what the environment has is empty.
# Seen, with REGION=eu in the environment:
#   line             dotenv        python-dotenv   uv       just     task          sh
#   abc#def          abc           abc#def         abc#def  abc#def  abc#def       abc#def
#   pa$word          pa$word       pa$word         pa       pa       pa$word       pa
#   a-${REGION}-b    a-${REGION}-b a-eu-b          a-eu-b   a-eu-b   a--b          a-eu-b
# Why it matters: one .env is read by the container of the service, the tests and the deploy of one project, each with its
# own reader. Generated passwords have `#` and `$`. Half of a password is a refused login, and `a--b` may be the
# name of another bucket. In single quotes, all of them read `#` and `$` alike, and only python-dotenv reads `${`.
. "$(dirname "$0")/lib.sh"
npm_install dotenv@18.0.10
install venv 'python-dotenv[cli]==1.2.4' uv==0.13.9 rust-just==1.59.0 go-task-bin==3.54.0
cd "$folder"
PATH="$folder/venv/bin:$PATH"
export REGION=eu DOTENV_CONFIG_QUIET=true
printf "version: '3'\ndotenv: ['.env']\ntasks: {show: {silent: true, cmds: [\"printenv VALUE\"]}}\n" >Taskfile.yml
printf 'set dotenv-load\nshow:\n    @printenv VALUE\n' >justfile
while read -r line; do
    printf 'VALUE=%s\n' "$line" >.env
    {
        echo "$line | dotenv $(node -r dotenv/config -p process.env.VALUE)"
        echo "$line | python-dotenv $(dotenv get VALUE)"
        echo "$line | uv $(uv run --quiet --no-project --env-file .env printenv VALUE)"
        echo "$line | just $(just show)"
        echo "$line | task $(task show)"
        echo "$line | sh $(sh -c '. ./.env && echo "$VALUE"')"
    } >>seen
done <<'LINES'
abc#def
pa$word
a-${REGION}-b
'abc#def-pa$word-${REGION}'
LINES
same <<'TEXT'
abc#def | dotenv abc
abc#def | python-dotenv abc#def
abc#def | uv abc#def
abc#def | just abc#def
abc#def | task abc#def
abc#def | sh abc#def
pa$word | dotenv pa$word
pa$word | python-dotenv pa$word
pa$word | uv pa
pa$word | just pa
pa$word | task pa$word
pa$word | sh pa
a-${REGION}-b | dotenv a-${REGION}-b
a-${REGION}-b | python-dotenv a-eu-b
a-${REGION}-b | uv a-eu-b
a-${REGION}-b | just a-eu-b
a-${REGION}-b | task a--b
a-${REGION}-b | sh a-eu-b
'abc#def-pa$word-${REGION}' | dotenv abc#def-pa$word-${REGION}
'abc#def-pa$word-${REGION}' | python-dotenv abc#def-pa$word-eu
'abc#def-pa$word-${REGION}' | uv abc#def-pa$word-${REGION}
'abc#def-pa$word-${REGION}' | just abc#def-pa$word-${REGION}
'abc#def-pa$word-${REGION}' | task abc#def-pa$word-${REGION}
'abc#def-pa$word-${REGION}' | sh abc#def-pa$word-${REGION}
TEXT
