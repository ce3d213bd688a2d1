using Microsoft.Extensions.Logging;

namespace PeerReplica.Simulation;

/// <summary>Prints the replicas' logs, for replaying one seed.</summary>
internal sealed class ConsoleLogs : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.WriteLine($"{name} {logLevel}: {formatter(state, exception)}");
    }
}
