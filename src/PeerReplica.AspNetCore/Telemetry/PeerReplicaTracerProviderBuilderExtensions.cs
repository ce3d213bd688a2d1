namespace OpenTelemetry.Trace;

/// <summary>Adds the traces of PeerReplica to OpenTelemetry.</summary>
public static class PeerReplicaTracerProviderBuilderExtensions
{
    /// <summary>Collects the activity source <c>PeerReplica</c>.</summary>
    /// <param name="builder">The app's tracer provider.</param>
    public static TracerProviderBuilder AddPeerReplicaInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource("PeerReplica");
    }
}
