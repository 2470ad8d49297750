package cli

// bulkTopic is 'help bulk'.
const bulkTopic = `A list of check may have any length: it is read while its targets are checked, and
memory does not depend on it.

  rdnsproxy check --dns-only --format summary --from-file hosts.txt

Results come in the order of the list. A slow target holds up the report of those
after it; with --unordered it does not. A line that is not a target is reported
(input.invalid), and the status is 2; --strict-input stops there.

--resume FILE writes results as jsonl to FILE as they come. The same command goes on
after a run that was interrupted or killed. --merge reports what is in such files, in
any format:

  rdnsproxy check --dns-only --from-file hosts.txt --resume results.jsonl
  rdnsproxy check --merge --format summary results.jsonl

--merge --partial reports what there is of a run that has not ended, with status 2.

--shard I/N checks a share of the targets, counted from 1, and --merge makes one report
of all shares:

  rdnsproxy check --shard 1/2 --format jsonl --output 1.jsonl --from-file hosts.txt
  rdnsproxy check --shard 2/2 --format jsonl --output 2.jsonl --from-file hosts.txt
  rdnsproxy check --merge --format csv 1.jsonl 2.jsonl

--shard auto is the share of a task of a Slurm array or of parallel jobs in GitLab CI;
--shard auto/N that of a pod of a Kubernetes Indexed Job with N completions.

--rate N caps the questions a second to each DNS server. auto, the default, asks
servers on this machine as fast as they answer, and with long lists others at most
1000 a second; unlimited is for servers of your own.
`
