namespace PeerReplica;

/// <summary>Fewer replicas than asked for confirmed a write in time. The write stays, here and wherever it arrived, and goes on spreading.</summary>
public sealed class WriteConcernException : ConcernException
{
    internal WriteConcernException(Hosting.ConcernReport report)
        : base(
            $"{report.Reached} of {report.Required} replicas held the write after {Hosting.WaitTime.Text(report.Waited)}. {report.Counted}" +
            "The write stays and goes on spreading; do not repeat it. Ask for fewer replicas, or wait longer with WriteConcern.WithTimeout.",
            report)
    {
    }
}
