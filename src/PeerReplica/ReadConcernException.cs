namespace PeerReplica;

/// <summary>Fewer replicas than asked for sent what they hold in time. Reading the local state remains possible.</summary>
public sealed class ReadConcernException : ConcernException
{
    internal ReadConcernException(Hosting.ConcernReport report)
        : base(
            $"{report.Reached} of {report.Required} replicas had sent what they hold after {Hosting.WaitTime.Text(report.Waited)}. {report.Counted}" +
            "Read locally, ask for fewer replicas, or wait longer with ReadConcern.WithTimeout.",
            report)
    {
    }
}
